package asl

import (
	"context"
	"errors"
	"time"
)

// notRedrivable is the API's name for what cannot be redriven.
const notRedrivable = "ExecutionNotRedrivable"

// Redrive continues an execution that did not succeed from where it stopped, and waits until it has ended again. States
// that succeeded, iterations of inline maps that are done and children of distributed maps that succeeded do not run
// again; the state that failed does, with the input it had, its arguments evaluated and its retries counted anew.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
func (e *Engine) Redrive(ctx context.Context, x *Execution) error {
	if err := e.StartRedrive(ctx, x); err != nil {
		return err
	}
	<-x.Done()
	return nil
}

// StartRedrive is Redrive without waiting.
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

// RedriveStatus says whether the execution can be redriven, in the words of DescribeExecution, and if not, why.
func (x *Execution) RedriveStatus() (status, reason string) {
	full := x.isHistoryFull()
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

func (x *Execution) isHistoryFull() bool {
	x.recording.Lock()
	defer x.recording.Unlock()
	return x.historyFull()
}

// beginRedrive makes the execution run again. One that had not begun starts anew.
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
	x.recordRedrive(redrives)
	x.engine.saveExecution(x)
	return nil
}

// waitUntilStored waits until an execution that has ended is also stored.
func (x *Execution) waitUntilStored() {
	x.mu.Lock()
	done, ended := x.done, x.status != Running
	x.mu.Unlock()
	if ended {
		<-done
	}
}

func (x *Execution) recordRedrive(redrives int) {
	x.recording.Lock()
	defer x.recording.Unlock()
	if x.place == nil {
		x.history = nil
		return
	}
	x.appendEvent(int64(len(x.history)), "ExecutionRedriven", &Details{RedriveCount: &redrives})
}

func (x *Execution) resetForRedrive() (redrives int, err error) {
	full := x.isHistoryFull()
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
