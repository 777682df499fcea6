package sfnapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"view360/shared/asl"
)

type startInput struct{ StateMachineARN, Name, Input string }

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func (a *api) startExecution(ctx context.Context, in startInput) (any, error) {
	m, err := a.findMachine(in.StateMachineARN)
	if err != nil {
		return nil, err
	}
	if in.Name == "" {
		in.Name = strings.ToLower(rand.Text())
	}
	if in.Input == "" {
		in.Input = "{}"
	}
	x, err := a.engine.Start(ctx, m, in.Name, json.RawMessage(in.Input))
	if refusal := (*asl.Failure)(nil); errors.As(err, &refusal) && refusal.Name == "ExecutionAlreadyExists" {
		x, err = a.findSameExecution(m, in, err)
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"executionArn": x.ARN, "startDate": timestamp(x.Describe().Started)}, nil
}

// findSameExecution returns the running execution of that name and input, because StartExecution is idempotent for it.
func (a *api) findSameExecution(m *asl.Machine, in startInput, refusal error) (*asl.Execution, error) {
	x, known := a.engine.Lookup(strings.Replace(m.ARN(), ":stateMachine:", ":execution:", 1) + ":" + in.Name)
	if known && x.Describe().Status == asl.Running && string(x.Input) == in.Input {
		return x, nil
	}
	return nil, refusal
}

type stopInput struct{ ExecutionARN, Error, Cause string }

// stopExecution returns after the execution has ended, so that the next request reads its final status.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
func (a *api) stopExecution(ctx context.Context, in stopInput) (any, error) {
	x, err := a.findExecution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	x.Stop(in.Error, in.Cause)
	select {
	case <-x.Done():
	case <-ctx.Done():
		return nil, newAPIError("ServiceUnavailable", "the execution is still stopping")
	}
	return map[string]any{"stopDate": timestamp(x.Describe().Stopped)}, nil
}

type redriveInput struct{ ExecutionARN, ClientToken string }

// answeredRedrive is the result of a redrive and the token of its request.
type answeredRedrive struct {
	token string
	date  time.Time
}

// redriveExecution redrives once for requests with the same token, which a client repeats after a lost response.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
func (a *api) redriveExecution(ctx context.Context, in redriveInput) (any, error) {
	x, err := a.findExecution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.redrives[x.ARN]
	if in.ClientToken == "" || in.ClientToken != before.token {
		if err := a.engine.StartRedrive(ctx, x); err != nil {
			return nil, err
		}
		before = answeredRedrive{in.ClientToken, x.Describe().Redriven}
		a.redrives[x.ARN] = before
	}
	return map[string]any{"redriveDate": timestamp(before.date)}, nil
}
