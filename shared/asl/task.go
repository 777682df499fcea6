package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

// task calls a Lambda function or the Step Functions API with its Arguments, by default the input.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
type task struct {
	integration integration
	arguments   template
	timeout     template // seconds
}

// integration is a resource that a task can name.
type integration struct {
	service, action string // as the history names them
	call            func(ctx context.Context, v *visit, arguments any) (data, error)
}

var integrations = map[string]integration{
	"lambda:invoke":                 {"lambda", "invoke", invoke},
	"aws-sdk:sfn:describeExecution": {"aws-sdk:sfn", "describeExecution", describeExecution},
}

var resource = regexp.MustCompile(`^arn:aws(?:-cn|-us-gov)?:states:::(.+)$`)

func readTask(p *parser, _ *state) behaviour {
	name := p.required("Resource")
	match := resource.FindStringSubmatch(name)
	if match == nil {
		match = []string{"", ""}
	}
	called, supported := integrations[match[1]]
	if !supported {
		p.fail("Resource", "%q is not supported", name)
	}
	return task{called, p.template("Arguments"), p.amount("TimeoutSeconds")}
}

func (t task) run(ctx context.Context, v *visit) (data, string, error) {
	arguments := v.f.Input
	if t.arguments != nil {
		value, err := t.arguments.eval(v.scope)
		if err != nil {
			return data{}, "", err
		}
		if arguments, err = limited("the arguments of state "+v.s.name, value); err != nil {
			return data{}, "", err
		}
	}
	seconds, err := evalNumber(t.timeout, v.scope, "TimeoutSeconds", 0)
	if err != nil {
		return data{}, "", err
	}
	result, err := t.recorded(ctx, v, arguments, seconds)
	if err != nil {
		return data{}, "", err
	}
	v.scope.result = result.value
	return v.leave(v.s.output, v.s.assign, result, v.s.next)
}

// recorded makes the call and writes it into the history.
func (t task) recorded(ctx context.Context, v *visit, arguments data, seconds float64) (data, error) {
	err := v.line.record("TaskScheduled", &Details{
		ResourceType: t.integration.service, Resource: t.integration.action, Region: region,
		Parameters: arguments.text, TimeoutInSeconds: int64(seconds),
	})
	if err != nil {
		return data{}, err
	}
	about := Details{ResourceType: t.integration.service, Resource: t.integration.action}
	if err := v.line.record("TaskStarted", &about); err != nil {
		return data{}, err
	}
	result, err := t.call(ctx, v, arguments.value, seconds)
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
		failure = failureOf(err)
		kind, ended = "TaskFailed", about
		ended.Error, ended.Cause = failure.Name, failure.Cause
		if failure.Name == statesTimeout {
			kind = "TaskTimedOut"
		}
	}
	if err := v.line.record(kind, &ended); err != nil {
		return data{}, err
	}
	if failure != nil {
		return data{}, failure
	}
	return result, nil
}

var errTaskTimedOut = &Failure{Name: statesTimeout, Cause: "the TimeoutSeconds of the task are over"}

func (t task) call(ctx context.Context, v *visit, arguments any, seconds float64) (data, error) {
	if seconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(seconds*float64(time.Second)), errTaskTimedOut)
		defer cancel()
	}
	result, err := t.integration.call(ctx, v, arguments)
	if context.Cause(ctx) == errTaskTimedOut {
		return data{}, errTaskTimedOut
	}
	return result, err
}

// invoke calls the function FunctionName with Payload; the result is {ExecutedVersion, Payload, StatusCode}.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
func invoke(ctx context.Context, v *visit, arguments any) (data, error) {
	fields, _ := arguments.(map[string]any)
	function, named := fields["FunctionName"].(string)
	if !named {
		return data{}, &Failure{Name: statesRuntime, Cause: "the Arguments of state " + v.s.name + " have no FunctionName"}
	}
	payload := "{}"
	if given, isGiven := fields["Payload"]; isGiven {
		var err error
		if payload, err = encode(given); err != nil {
			return data{}, &Failure{Name: statesRuntime, Cause: fmt.Sprintf("the Payload for %s is not JSON: %v", function, err)}
		}
	}
	answer, err := v.x.engine.Invoke(ctx, function, json.RawMessage(payload))
	if err != nil {
		return data{}, err
	}
	return invoked(function, answer)
}

func invoked(function string, answer json.RawMessage) (data, error) {
	if len(answer) == 0 {
		answer = json.RawMessage("null")
	}
	value, err := decode(answer)
	if err != nil {
		return data{}, &Failure{Name: "Lambda.Unknown", Cause: fmt.Sprintf("the answer of %s is not JSON: %v", function, err)}
	}
	payload, err := encode(value)
	if err != nil {
		return data{}, fmt.Errorf("encoding the answer of %s: %w", function, err)
	}
	return data{
		value: map[string]any{"ExecutedVersion": "$LATEST", "Payload": value, "StatusCode": float64(200)},
		text:  `{"ExecutedVersion":"$LATEST","Payload":` + payload + `,"StatusCode":200}`,
	}, nil
}
