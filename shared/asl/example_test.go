package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"view360/shared/asl"
)

// A function fails once, and its execution with it; a redrive continues from there.
func Example() {
	machine, err := asl.Parse("greet", []byte(`{
		"QueryLanguage": "JSONata",
		"StartAt": "Greet",
		"States": {
			"Greet": {
				"Type": "Map",
				"Items": "{% $states.input.names %}",
				"ItemProcessor": {
					"StartAt": "Say",
					"States": {
						"Say": {
							"Type": "Task",
							"Resource": "arn:${Partition}:states:::lambda:invoke",
							"Arguments": {"FunctionName": "say", "Payload": "{% 'hello ' & $states.input %}"},
							"Output": "{% $states.result.Payload %}",
							"End": true
						}
					}
				},
				"End": true
			}
		}
	}`), map[string]string{"Partition": "aws"})
	if err != nil {
		fmt.Println(err)
		return
	}
	broken := true
	engine := &asl.Engine{Invoke: func(_ context.Context, _ string, payload json.RawMessage) (json.RawMessage, error) {
		if broken && string(payload) == `"hello Grace"` {
			return nil, errors.New("no voice")
		}
		return payload, nil
	}}
	x := engine.Run(context.Background(), machine, "first", json.RawMessage(`{"names":["Ada","Grace"]}`))
	fmt.Println(x.Describe().Status, x.Describe().Cause)

	broken = false
	if err := engine.Redrive(context.Background(), x); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Describe().Status, string(x.Describe().Output))
	// Output:
	// FAILED {"errorMessage":"no voice","errorType":"errorString"}
	// SUCCEEDED ["hello Ada","hello Grace"]
}
