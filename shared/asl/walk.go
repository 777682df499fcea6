package asl

import (
	"context"
	"time"
)

// frame is the place of one walk through a flow, as plain data: all that a redrive needs.
type frame struct {
	State   string
	Entered time.Time // zero before
	Input   data
	Vars    map[string]data `json:",omitempty"` // those of outer flows included
	Item    *item           `json:",omitempty"` // of the iteration
	Map     *progress       `json:",omitempty"` // of the map state that the walk is in
}

// item is $states.context.Map.Item.
type item struct {
	Index int
	Value data
}

// behavior does the work of the states of one type.
type behavior interface {
	// run returns the output of an entered state and the name of the next state ("" ends the flow).
	run(ctx context.Context, v *visit) (output data, next string, err error)
}

// visit is one attempt of one state.
type visit struct {
	x         *Execution
	chain     *eventChain
	s         *state
	f         *frame
	variables *variables
	assigned  map[string]string // for the history
}

// walkFlow runs the states from f's to the end of the flow. After an error, f is at the state that failed.
func (x *Execution) walkFlow(ctx context.Context, c *eventChain, flow *flow, f *frame) (data, error) {
	for {
		output, next, err := x.visitState(ctx, c, flow.states[f.State], f)
		if err != nil || next == "" {
			return output, err
		}
		*f = frame{State: next, Input: output, Vars: f.Vars, Item: f.Item}
		if f == x.place {
			x.engine.saveExecution(x)
		}
	}
}

// visitState enters a state, runs it with its retries, and leaves it by its output or by one of its catchers.
func (x *Execution) visitState(ctx context.Context, c *eventChain, s *state, f *frame) (data, string, error) {
	if f.Entered.IsZero() || s.kind == "Fail" { // a redrive enters a Fail state again
		if err := c.recordEvent(s.kind+"StateEntered", &Details{Name: s.name, Input: f.Input.text}); err != nil {
			return data{}, "", err
		}
		f.Entered = x.engine.now()
	}
	v := &visit{x: x, chain: c, s: s, f: f}
	output, next, err := v.runAttempts(ctx)
	if err != nil {
		return data{}, "", err
	}
	if s.kind == "Fail" {
		return output, next, nil
	}
	return output, next, c.recordEvent(s.kind+"StateExited", &Details{Name: s.name, Output: output.text, AssignedVariables: v.assigned})
}

// runAttempts runs the state until it succeeds or has no retry left.
func (v *visit) runAttempts(ctx context.Context) (data, string, error) {
	tries := make(retries, len(v.s.retriers))
	for attempt := 0; ; attempt++ {
		if ctx.Err() != nil {
			return data{}, "", v.recordAbort(ctx)
		}
		v.variables = v.x.newVariables(v.s, v.f, attempt)
		output, next, err := v.s.behavior.run(ctx, v)
		if err == nil {
			return output, next, nil
		}
		if ctx.Err() != nil {
			return data{}, "", v.recordAbort(ctx)
		}
		failure := v.recordFailure(err)
		wait, again := tries.nextWait(v.s, failure, v.x.engine.random)
		if !again {
			return v.catchFailure(failure)
		}
		if v.x.engine.sleep(ctx, wait) != nil {
			return data{}, "", v.recordAbort(ctx)
		}
	}
}

// recordAbort records that the state stops because its execution or its map stops.
func (v *visit) recordAbort(ctx context.Context) error {
	switch v.s.kind {
	case "Task", "Map":
		if context.Cause(ctx) != errTimedOut {
			_ = v.chain.recordEvent(v.s.kind+"StateAborted", nil) // at the event limit the execution ends too
		}
	}
	return errAborted
}

// recordFailure converts an error to a failure. It records a failed evaluation.
func (v *visit) recordFailure(err error) *Failure {
	failure := toFailure(err)
	if failure.location == "" {
		return failure
	}
	err = v.chain.recordEvent("EvaluationFailed", &Details{
		State: v.s.name, Location: failure.location, Error: failure.Name, Cause: failure.Cause,
	})
	if err != nil {
		return toFailure(err)
	}
	return &Failure{Name: failure.Name, Cause: failure.Cause}
}

// leaveState evaluates Output, by default otherwise, and Assign, both with the earlier variables.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
func (v *visit) leaveState(output template, assign *object, otherwise data, next string) (data, string, error) {
	result := otherwise
	if output != nil {
		value, err := output.eval(v.variables)
		if err != nil {
			return data{}, "", err
		}
		if result, err = encodeLimited("the output of state "+v.s.name, value); err != nil {
			return data{}, "", err
		}
	}
	return result, next, v.assignVariables(assign)
}
