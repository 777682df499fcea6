package asl

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// Status is the status of an execution or a map run.
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
	Parent  string // ARN of the parent, of a child
	MapRun  string // ARN of the map run, of a child

	engine  *Engine
	flow    *flow
	within  string // the map state whose processor runs, of a child
	history eventLog
	mapRuns mapRunList

	mu       sync.Mutex
	status   Status
	output   json.RawMessage
	failure  *Failure
	started  time.Time
	stopped  time.Time
	redriven time.Time
	redrives int
	place    *frame
	context  map[string]any // $states.context.Execution of this run
	stop     context.CancelCauseFunc
	done     chan struct{}
}

// Description is the result of DescribeExecution.
type Description struct {
	Status       Status
	Output       json.RawMessage `json:",omitempty"` // of a success
	Error, Cause string          // of a failure
	Started      time.Time
	Stopped      time.Time // zero while running
	Redriven     time.Time // the last redrive, zero without one
	RedriveCount int
}

// Describe returns the status of the execution with its result so far.
func (x *Execution) Describe() Description {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := Description{
		Status: x.status, Output: x.output, Started: x.started, Stopped: x.stopped,
		Redriven: x.redriven, RedriveCount: x.redrives,
	}
	if x.failure != nil {
		s.Error, s.Cause = x.failure.Name, x.failure.Cause
	}
	return s
}

func (x *Execution) startTime() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.started
}

// Done returns a channel that closes when the execution has ended; a redrive opens a new one.
func (x *Execution) Done() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.done
}

// Stop aborts a running execution with an error and a cause, both of which may be empty.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
func (x *Execution) Stop(name, cause string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.status == Running {
		x.stop(&Failure{Name: name, Cause: cause})
	}
}
