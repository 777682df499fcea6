package asl

import (
	"context"
	"encoding/json"
	"fmt"
)

// task calls a Lambda function with its Arguments.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
type task struct{ arguments template }

func readTask(p *parser, _ *state) behavior {
	p.checkResource("lambda:invoke")
	t := task{p.readTemplate("Arguments")}
	if t.arguments == nil {
		p.failField("Arguments", "is missing")
	}
	return t
}

func (t task) run(ctx context.Context, v *visit) (data, string, error) {
	value, err := t.arguments.eval(v.variables)
	if err != nil {
		return data{}, "", err
	}
	arguments, err := encodeLimited("the arguments of state "+v.s.name, value)
	if err != nil {
		return data{}, "", err
	}
	result, err := t.callFunction(ctx, v, arguments)
	if err != nil {
		return data{}, "", err
	}
	v.variables.result = result.value
	return v.leaveState(v.s.output, v.s.assign, result, v.s.next)
}

// callFunction calls the function and records it in the history.
func (t task) callFunction(ctx context.Context, v *visit, arguments data) (data, error) {
	err := v.chain.recordEvent("TaskScheduled", &Details{
		ResourceType: "lambda", Resource: "invoke", Region: region, Parameters: arguments.text,
	})
	if err != nil {
		return data{}, err
	}
	about := Details{ResourceType: "lambda", Resource: "invoke"}
	if err := v.chain.recordEvent("TaskStarted", &about); err != nil {
		return data{}, err
	}
	result, err := invokeFunction(ctx, v, arguments.value)
	if err == nil {
		err = checkSize("the result of state "+v.s.name, len(result.text))
	}
	if err != nil && ctx.Err() != nil {
		return data{}, err // the state records that it was aborted
	}
	kind, ended := "TaskSucceeded", about
	ended.Output = result.text
	var failure *Failure
	if err != nil {
		failure = toFailure(err)
		kind, ended = "TaskFailed", about
		ended.Error, ended.Cause = failure.Name, failure.Cause
	}
	if err := v.chain.recordEvent(kind, &ended); err != nil {
		return data{}, err
	}
	if failure != nil {
		return data{}, failure
	}
	return result, nil
}

// invokeFunction calls the function FunctionName with Payload. It returns {ExecutedVersion, Payload, StatusCode}.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
func invokeFunction(ctx context.Context, v *visit, arguments any) (data, error) {
	fields, _ := arguments.(map[string]any)
	function, named := fields["FunctionName"].(string)
	if !named {
		return data{}, &Failure{Name: statesRuntime, Cause: "the Arguments of state " + v.s.name + " have no FunctionName"}
	}
	payload := "{}"
	if given, isGiven := fields["Payload"]; isGiven {
		var err error
		if payload, err = encodeValue(given); err != nil {
			return data{}, &Failure{Name: statesRuntime, Cause: fmt.Sprintf("the Payload for %s is not JSON: %v", function, err)}
		}
	}
	output, err := v.x.engine.Invoke(ctx, function, json.RawMessage(payload))
	if err != nil {
		return data{}, err
	}
	return buildResult(function, output)
}

func buildResult(function string, output json.RawMessage) (data, error) {
	if len(output) == 0 {
		output = json.RawMessage("null")
	}
	value, err := decodeValue(output)
	if err != nil {
		return data{}, &Failure{Name: "Lambda.Unknown", Cause: fmt.Sprintf("the output of %s is not JSON: %v", function, err)}
	}
	payload, err := encodeValue(value)
	if err != nil {
		return data{}, fmt.Errorf("encoding the output of %s: %w", function, err)
	}
	return data{
		value: map[string]any{"ExecutedVersion": "$LATEST", "Payload": value, "StatusCode": float64(200)},
		text:  `{"ExecutedVersion":"$LATEST","Payload":` + payload + `,"StatusCode":200}`,
	}, nil
}
