package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// task calls a Lambda function: Arguments are {FunctionName, Payload}, the result is {Payload, StatusCode,
// ExecutedVersion}. https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
func (v *visitor) task(ctx context.Context) (any, string, error) {
	arguments, err := evalOr(v.s.arguments, v.scope, v.f.input)
	if err != nil {
		return nil, "", err
	}
	if err := checkSize("the arguments of "+v.s.name, arguments); err != nil {
		return nil, "", err
	}
	function, payload, err := invocation(arguments)
	if err != nil {
		return nil, "", err
	}
	if err := v.line.record("TaskScheduled", map[string]any{"resourceType": "lambda", "resource": "invoke", "parameters": text(arguments)}); err != nil {
		return nil, "", err
	}
	if err := v.line.record("TaskStarted", map[string]any{"resourceType": "lambda", "resource": "invoke"}); err != nil {
		return nil, "", err
	}
	result, err := v.call(ctx, function, payload)
	if err != nil {
		failure := failureOf(err)
		kind := "TaskFailed"
		if failure.Name == statesTimeout {
			kind = "TaskTimedOut"
		}
		return nil, "", errors.Join(v.line.record(kind, map[string]any{"resourceType": "lambda", "resource": "invoke", "error": failure.Name, "cause": failure.Cause}), failure)
	}
	v.scope.states["result"] = result
	if err := v.line.record("TaskSucceeded", map[string]any{"resourceType": "lambda", "resource": "invoke", "output": text(result)}); err != nil {
		return nil, "", err
	}
	return v.leave(v.s.output, v.s.assign, result, v.s.next)
}

func invocation(arguments any) (function string, payload json.RawMessage, err error) {
	fields, isObject := arguments.(map[string]any)
	function, named := fields["FunctionName"].(string)
	if !isObject || !named {
		return "", nil, &Failure{Name: statesRuntime, Cause: fmt.Sprintf("the arguments %s have no FunctionName", text(arguments))}
	}
	payload, err = json.Marshal(fields["Payload"])
	return function, payload, err
}

func (v *visitor) call(ctx context.Context, function string, payload json.RawMessage) (any, error) {
	if v.s.timeout != nil {
		seconds, err := evalNumber(v.s.timeout, v.scope, "TimeoutSeconds", 0)
		if err != nil {
			return nil, err
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(seconds*float64(time.Second)), errTaskTimedOut)
		defer cancel()
	}
	answer, err := v.x.engine.Invoke(ctx, function, payload)
	if context.Cause(ctx) == errTaskTimedOut {
		return nil, &Failure{Name: statesTimeout, Cause: fmt.Sprintf("%s did not answer within TimeoutSeconds", function)}
	}
	if err != nil {
		return nil, err
	}
	if len(answer) > payloadLimit {
		return nil, tooLarge("the answer of "+function, len(answer))
	}
	var decoded any
	if err := json.Unmarshal(answer, &decoded); err != nil {
		return nil, &Failure{Name: statesRuntime, Cause: fmt.Sprintf("the answer of %s is no JSON: %v", function, err)}
	}
	return map[string]any{"ExecutedVersion": "$LATEST", "Payload": decoded, "StatusCode": float64(200)}, nil
}

var errTaskTimedOut = errors.New("the task's TimeoutSeconds are over")
