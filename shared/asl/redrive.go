package asl

import (
	"context"
	"errors"
	"time"
)

// notRedrivable is the API's error for an execution that cannot be redriven.
const notRedrivable = "ExecutionNotRedrivable"

// Redrive continues a failed execution from the state at which it stopped, and waits until it has ended again. It repeats
// no state that succeeded, no iteration of an inline map that is done, and no child of a distributed map that succeeded.
// The state that failed runs again with the same input; its arguments are evaluated and its retries counted anew.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
func (e *Engine) Redrive(ctx context.Context, x *Execution) error {
	if err := e.StartRedrive(ctx, x); err != nil {
		return err
	}
	<-x.Done()
	return nil
}

// StartRedrive redrives an execution without waiting for its end.
func (e *Engine) StartRedrive(ctx context.Context, x *Execution) error {
	if x.Parent != "" {
		return newAPIError(notRedrivable, "%s is a child: redrive its parent %s", x.ARN, x.Parent)
	}
	if err := x.beginRedrive(); err != nil {
		return err
	}
	go x.runToEnd(x.openContext(e.selectContext(ctx)))
	return nil
}

// RedriveStatus reports whether the execution can be redriven, as DescribeExecution does, and the reason if not.
func (x *Execution) RedriveStatus() (status, reason string) {
	full := x.history.isFull()
	x.mu.Lock()
	defer x.mu.Unlock()
	err := x.checkRedrivable(full)
	switch {
	case err != nil:
		return "NOT_REDRIVABLE", err.Error()
	case x.Parent != "":
		return "REDRIVABLE_BY_MAP_RUN", ""
	default:
		return "REDRIVABLE", ""
	}
}

// beginRedrive sets the execution to running. An execution that had not entered its first state starts again.
func (x *Execution) beginRedrive() error {
	x.waitUntilStored()
	taken, err := x.engine.holdForRedrive(x)
	if err != nil {
		return newAPIError(notRedrivable, "%v", err)
	}
	redrives, err := x.resetForRedrive()
	if err != nil {
		if taken {
			x.engine.releaseExecution(x)
		}
		return newAPIError(notRedrivable, "%v", err)
	}
	x.history.recordRedrive(x, redrives, x.place == nil)
	x.engine.saveExecution(x)
	return nil
}

// waitUntilStored waits until an execution that has ended is stored.
func (x *Execution) waitUntilStored() {
	x.mu.Lock()
	done, ended := x.done, x.status != Running
	x.mu.Unlock()
	if ended {
		<-done
	}
}

func (x *Execution) resetForRedrive() (redrives int, err error) {
	full := x.history.isFull()
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.checkRedrivable(full); err != nil {
		return 0, err
	}
	x.redrives++
	x.redriven = x.engine.now()
	x.status, x.failure, x.stopped, x.context = Running, nil, time.Time{}, nil
	x.done = make(chan struct{})
	return x.redrives, nil
}

// checkRedrivable returns the reason why the execution cannot be redriven. The caller holds mu.
func (x *Execution) checkRedrivable(full bool) error {
	switch {
	case x.ARN == "":
		return errors.New("Execution was never started and cannot be redriven")
	case x.status == Running:
		return errors.New("Execution is RUNNING and cannot be redriven")
	case x.status == Succeeded:
		return errors.New("Execution is SUCCEEDED and cannot be redriven")
	case x.engine.now().Sub(x.stopped) > redriveDays*24*time.Hour:
		return errors.New("Execution has exceeded the redrivable period of 14 days")
	case x.redrives >= redriveLimit:
		return errors.New("Execution has reached the limit of 1000 redrives")
	case full:
		return errors.New("Execution event history limit exceeded")
	default:
		return nil
	}
}
