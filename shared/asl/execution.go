package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

// Status is where an execution stands.
type Status string

// The statuses of Step Functions.
const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// Execution is one run of a machine, or one child of a distributed map. Its methods are safe for concurrent use.
type Execution struct {
	ARN     string
	Name    string
	Machine *Machine
	Input   json.RawMessage
	Parent  *Execution // of a child

	engine *Engine
	flow   *flow
	MapRun string // ARN, of a child

	mu       sync.Mutex
	status   Status
	output   json.RawMessage
	failure  *Failure
	started  time.Time
	stopped  time.Time
	redrives int
	history  []Event
	top      *frame
}

// frame is the place of one line of states: which state it is in, with which input and variables. It is all that a
// redrive needs.
type frame struct {
	state string
	input any
	vars  map[string]any // own and outer variables
	item  map[string]any // $states.context.Map.Item of the iteration
	loop  *loop          // the map that the state is in the middle of
}

// Snapshot is what DescribeExecution says.
type Snapshot struct {
	Status       Status
	Output       json.RawMessage // of a success
	Error, Cause string          // of a failure
	Started      time.Time
	Stopped      time.Time // zero while running
	RedriveCount int
}

// Describe returns where the execution stands.
func (x *Execution) Describe() Snapshot {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := Snapshot{Status: x.status, Output: x.output, Started: x.started, Stopped: x.stopped, RedriveCount: x.redrives}
	if x.failure != nil {
		s.Error, s.Cause = x.failure.Name, x.failure.Cause
	}
	return s
}

// History returns the events so far.
func (x *Execution) History() []Event {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.history[:len(x.history):len(x.history)]
}

// Run starts an execution of m and waits until it has ended. The input must be JSON.
func (e *Engine) Run(ctx context.Context, m *Machine, name string, input json.RawMessage) *Execution {
	x := e.newExecution(m, name, input)
	x.run(ctx)
	return x
}

// Redrive continues an execution that did not succeed from where it stopped, and waits until it has ended again. Only
// the iterations and children of maps that did not succeed run again.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
func (e *Engine) Redrive(ctx context.Context, x *Execution) error {
	if err := x.beginRedrive(); err != nil {
		return err
	}
	x.run(ctx)
	return nil
}

func (e *Engine) newExecution(m *Machine, name string, input json.RawMessage) *Execution {
	x := &Execution{
		ARN:  fmt.Sprintf("arn:aws:states:local:000000000000:execution:%s:%s", m.Name, name),
		Name: name, Machine: m, Input: input, engine: e, flow: m.flow, status: Running, started: e.now(),
	}
	e.remember(x)
	return x
}

func (x *Execution) beginRedrive() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.status == Running:
		return fmt.Errorf("execution %s is running", x.Name)
	case x.status == Succeeded:
		return fmt.Errorf("execution %s succeeded: there is nothing to redrive", x.Name)
	case x.engine.now().Sub(x.stopped) > redriveDays*24*time.Hour:
		return fmt.Errorf("execution %s ended more than %d days ago", x.Name, redriveDays)
	}
	x.redrives++
	x.status, x.failure, x.stopped = Running, nil, time.Time{}
	return nil
}

// run goes from the execution's frame to its end.
func (x *Execution) run(ctx context.Context) {
	if seconds := x.Machine.timeoutSeconds; seconds > 0 && x.Parent == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(seconds*float64(time.Second)), errTimedOut)
		defer cancel()
	}
	line := &branch{x: x, last: int64(len(x.history))}
	output, err := x.begin(ctx, line)
	x.finish(ctx, line, output, err)
}

var errTimedOut = errors.New("the execution's TimeoutSeconds are over")

func (x *Execution) begin(ctx context.Context, line *branch) (any, error) {
	if x.top != nil {
		if err := line.record("ExecutionRedriven", map[string]any{"redriveCount": x.redrives}); err != nil {
			return nil, err
		}
		return x.states(ctx, line, x.flow, x.top)
	}
	if err := line.record("ExecutionStarted", map[string]any{"input": string(x.Input)}); err != nil {
		return nil, err
	}
	var input any
	if err := json.Unmarshal(x.Input, &input); err != nil {
		return nil, &Failure{Name: statesRuntime, Cause: "the input is not JSON: " + err.Error()}
	}
	if len(x.Input) > payloadLimit {
		return nil, tooLarge("the execution's input", len(x.Input))
	}
	x.top = &frame{state: x.flow.startAt, input: input, vars: map[string]any{}}
	return x.states(ctx, line, x.flow, x.top)
}

func (x *Execution) finish(ctx context.Context, line *branch, output any, err error) {
	status, kind := Succeeded, "ExecutionSucceeded"
	details := map[string]any{"output": text(output)}
	var failure *Failure
	if err != nil {
		failure = failureOf(err)
		status, kind = Failed, "ExecutionFailed"
		details = map[string]any{"error": failure.Name, "cause": failure.Cause}
	}
	switch {
	case err == nil:
	case context.Cause(ctx) == errTimedOut:
		status, kind, failure = TimedOut, "ExecutionTimedOut", &Failure{Name: statesTimeout, Cause: errTimedOut.Error()}
	case ctx.Err() != nil:
		status, kind, failure = Aborted, "ExecutionAborted", &Failure{Name: "", Cause: "stopped from outside"}
	}
	// The last event comes after the limit too: an execution always says how it ended.
	_, _ = x.record(line.last, kind, details)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status, x.failure, x.stopped = status, failure, x.engine.now()
	if failure == nil {
		x.output, _ = json.Marshal(output)
	}
}

// states goes from f's state to the end of the flow. When it fails f stays at the state that failed.
func (x *Execution) states(ctx context.Context, line *branch, flow *flow, f *frame) (any, error) {
	for {
		s := flow.states[f.state]
		output, next, err := x.visit(ctx, line, s, f)
		if err != nil {
			return nil, err
		}
		if next == "" {
			return output, nil
		}
		f.state, f.input = next, output
	}
}

// visit enters a state, does its work with its retries, and leaves it by its output or by one of its catchers.
func (x *Execution) visit(ctx context.Context, line *branch, s *state, f *frame) (output any, next string, err error) {
	entered := x.engine.now()
	if err := line.record(stateEvent(s.kind, "Entered"), map[string]any{"name": s.name, "input": text(f.input)}); err != nil {
		return nil, "", err
	}
	tries := make(retries, len(s.retriers))
	for attempt := 0; ; attempt++ {
		if ctx.Err() != nil {
			return nil, "", aborted
		}
		v := &visitor{x: x, line: line, s: s, f: f, scope: x.scope(s, f, entered, attempt)}
		output, next, err = v.work(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return nil, "", aborted
		}
		failure := failureOf(err)
		if wait, again := tries.next(s, failure, x.engine.random); again {
			if x.engine.sleep(ctx, wait) != nil {
				return nil, "", aborted
			}
			f.loop = nil
			continue
		}
		c, caught := s.catches(failure)
		if !caught {
			return nil, "", failure
		}
		output, err = v.catch(c, failure)
		if err != nil {
			return nil, "", err
		}
		next = c.next
		break
	}
	f.loop = nil
	if err := checkSize("the output of "+s.name, output); err != nil {
		return nil, "", err
	}
	return output, next, line.record(stateEvent(s.kind, "Exited"), map[string]any{"name": s.name, "output": text(output)})
}

func stateEvent(kind, what string) string { return kind + "State" + what }

// scope is what the state's expressions see.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (x *Execution) scope(s *state, f *frame, entered time.Time, attempt int) *scope {
	execution := map[string]any{
		"Id": x.ARN, "Name": x.Name, "RoleArn": "arn:aws:iam::000000000000:role/local",
		"StartTime": x.started.UTC().Format("2006-01-02T15:04:05.000Z"), "RedriveCount": float64(x.redrives),
	}
	var input any
	if json.Unmarshal(x.Input, &input) == nil {
		execution["Input"] = input
	}
	contextObject := map[string]any{
		"Execution":    execution,
		"State":        map[string]any{"Name": s.name, "EnteredTime": entered.UTC().Format("2006-01-02T15:04:05.000Z"), "RetryCount": float64(attempt)},
		"StateMachine": map[string]any{"Id": "arn:aws:states:local:000000000000:stateMachine:" + x.Machine.Name, "Name": x.Machine.Name},
	}
	if f.item != nil {
		contextObject["Map"] = map[string]any{"Item": f.item}
	}
	return &scope{states: map[string]any{"input": f.input, "context": contextObject}, vars: f.vars}
}

// visitor does the work of one visit of a state.
type visitor struct {
	x     *Execution
	line  *branch
	s     *state
	f     *frame
	scope *scope
}

// work dispatches on the state's type.
func (v *visitor) work(ctx context.Context) (output any, next string, err error) {
	switch v.s.kind {
	case "Task":
		return v.task(ctx)
	case "Map":
		return v.loopOver(ctx)
	case "Choice":
		return v.choice()
	case "Wait":
		return v.wait(ctx)
	case "Fail":
		return nil, "", v.fail()
	default: // Pass, Succeed
		return v.leave(v.s.output, v.s.assign, v.f.input, v.s.next)
	}
}

// leave evaluates Output and Assign, both against the variables as they are before.
func (v *visitor) leave(output template, assign *object, otherwise any, next string) (any, string, error) {
	value, err := evalOr(output, v.scope, otherwise)
	if err != nil {
		return nil, "", err
	}
	return value, next, v.assign(assign)
}

func (v *visitor) assign(o *object) error {
	if o == nil {
		return nil
	}
	assigned, err := o.eval(v.scope)
	if err != nil {
		return err
	}
	if err := checkSize("the variables of "+v.s.name, assigned); err != nil {
		return err
	}
	vars := maps.Clone(v.f.vars) // iterations that read the old ones go on reading them
	maps.Copy(vars, assigned.(map[string]any))
	v.f.vars = vars
	return nil
}

func (v *visitor) catch(c catcher, f *Failure) (any, error) {
	thrown := map[string]any{"Error": f.Name, "Cause": f.Cause}
	v.scope.states["errorOutput"] = thrown
	delete(v.scope.states, "result")
	output, _, err := v.leave(c.output, c.assign, any(thrown), "")
	return output, err
}

func checkSize(what string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return &Failure{Name: statesRuntime, Cause: fmt.Sprintf("%s is no JSON: %v", what, err)}
	}
	if len(body) > payloadLimit {
		return tooLarge(what, len(body))
	}
	return nil
}

func tooLarge(what string, size int) *Failure {
	return &Failure{Name: dataLimitExceeded, Cause: fmt.Sprintf("%s has %d bytes, more than the %d that a state may pass on", what, size, payloadLimit)}
}
