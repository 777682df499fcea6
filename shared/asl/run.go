package asl

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// forbidden lists the printable characters that an execution's name must not contain, beside control characters.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
const forbidden = " <>{}[]?*\"#%\\^|~`$&,;:/"

func isForbidden(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || r == utf8.RuneError || strings.ContainsRune(forbidden, r)
}

// Start starts an execution of m. The input must be JSON within the size limit, and the name unused by the machine. The
// execution is aborted when ctx is done. Start's errors are [*Failure] with a name of the API, such as InvalidName.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func (e *Engine) Start(ctx context.Context, m *Machine, name string, input json.RawMessage) (*Execution, error) {
	if name == "" || len(name) > nameLimit || strings.ContainsFunc(name, isForbidden) {
		return nil, newAPIError("InvalidName", "the name %q does not have 1 to %d characters, or has a control character or one of %s", name, nameLimit, forbidden)
	}
	if !json.Valid(input) || len(input) > payloadLimit {
		return nil, newAPIError("InvalidExecutionInput", "the input of %s is not JSON of at most %d bytes", name, payloadLimit)
	}
	x := &Execution{
		ARN:  buildARN("execution", m.Name+":"+name),
		Name: name, Machine: m, Input: input, flow: m.flow,
	}
	if err := e.addExecution(x); err != nil {
		return nil, err
	}
	go x.runToEnd(x.openContext(e.selectContext(ctx)))
	return x, nil
}

// Run starts an execution of m and waits until it has ended. If it cannot start, Run returns a failed execution
// without history, with the reason as its cause.
func (e *Engine) Run(ctx context.Context, m *Machine, name string, input json.RawMessage) *Execution {
	x, err := e.Start(ctx, m, name, input)
	if err != nil {
		now := e.now()
		return &Execution{
			Name: name, Machine: m, Input: input, engine: e, status: Failed, started: now, stopped: now,
			failure: &Failure{Name: statesRuntime, Cause: err.Error()}, done: newClosedChannel(),
		}
	}
	<-x.Done()
	return x
}

// openContext returns the execution's own context, which Stop ends.
func (x *Execution) openContext(ctx context.Context) context.Context {
	x.mu.Lock()
	defer x.mu.Unlock()
	ctx, x.stop = context.WithCancelCause(ctx)
	return ctx
}

// runToEnd runs the execution from its place to its end, and stores it.
func (x *Execution) runToEnd(ctx context.Context) {
	defer close(x.done)
	defer x.stop(nil)
	if seconds := x.Machine.timeoutSeconds; seconds > 0 && x.Parent == "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(seconds*float64(time.Second)), errTimedOut)
		defer cancel()
	}
	c := &eventChain{x: x, last: int64(len(x.History()))}
	output, err := x.runFlow(ctx, c)
	x.recordResult(ctx, c, output, err)
	x.engine.storeEnded(x)
}

var errTimedOut = &Failure{Name: statesTimeout, Cause: "the TimeoutSeconds of the state machine have passed"}

func (x *Execution) runFlow(ctx context.Context, c *eventChain) (data, error) {
	if x.place != nil {
		return x.walkFlow(ctx, c, x.flow, x.place)
	}
	if err := c.recordEvent("ExecutionStarted", &Details{Input: string(x.Input), RoleARN: RoleARN}); err != nil {
		return data{}, err
	}
	input, err := decodeValue(x.Input)
	if err != nil {
		return data{}, &Failure{Name: statesRuntime, Cause: "the input is not JSON: " + err.Error()}
	}
	if err := checkSize("the input of the execution", len(x.Input)); err != nil {
		return data{}, err
	}
	x.place = &frame{State: x.flow.startAt, Input: data{input, string(x.Input)}}
	return x.walkFlow(ctx, c, x.flow, x.place)
}

func (x *Execution) recordResult(ctx context.Context, c *eventChain, output data, err error) {
	status, kind, failure := Succeeded, "ExecutionSucceeded", (*Failure)(nil)
	if err != nil {
		status, kind, failure = x.endStatus(ctx, err)
	}
	details := &Details{Output: output.text}
	if failure != nil {
		details = &Details{Error: failure.Name, Cause: failure.Cause}
	}
	x.setResult(status, failure, output)
	x.history.recordEnd(x, c.last, kind, details)
}

func (x *Execution) setResult(status Status, failure *Failure, output data) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status, x.failure, x.stopped = status, failure, x.engine.now()
	if failure == nil {
		x.output, x.place = json.RawMessage(output.text), nil
	}
}

// endStatus returns the final status of a failed execution, with the type of its last event.
func (x *Execution) endStatus(ctx context.Context, err error) (Status, string, *Failure) {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return Failed, "ExecutionFailed", toFailure(err)
	case cause == errTimedOut && x.Parent == "":
		return TimedOut, "ExecutionTimedOut", errTimedOut
	default:
		failure, stopped := cause.(*Failure)
		if !stopped || cause == errTimedOut {
			failure = &Failure{Cause: "the process or the parent stopped the execution"}
		}
		return Aborted, "ExecutionAborted", failure
	}
}

func newClosedChannel() chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}
