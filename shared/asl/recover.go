package asl

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// interrupted is the failure of an execution whose process ended while it ran.
var interrupted = &Failure{Name: "View360.Interrupted", Cause: "the process ended while this execution ran: redrive it to continue"}

// Recover marks stored executions as aborted if they were running when their process ended, and returns their ARNs. A
// redrive continues at the last state entered, in a distributed map with the children that had not succeeded. An execution
// whose file, or that of a child, is not whole is discarded. Call it before the engine runs anything.
func (e *Engine) Recover() ([]string, error) {
	var arns []string
	for _, s := range e.Store.List() {
		if s.Snapshot.Status != Running {
			continue
		}
		_, err := e.recoverExecution(s.ARN)
		if errors.Is(err, ErrCut) {
			if err := e.Store.Discard(s.ARN); err != nil {
				return arns, err
			}
			continue
		}
		if err != nil {
			return arns, err
		}
		arns = append(arns, s.ARN)
	}
	return arns, nil
}

// recoverExecution ends a stored execution and its children, and returns its summary.
func (e *Engine) recoverExecution(arn string) (Summary, error) {
	s, err := e.Store.Summary(arn)
	if err != nil || s.Snapshot.Status != Running {
		return s, err
	}
	r, err := e.Store.Load(arn)
	if err != nil {
		return s, err
	}
	for i := range r.MapRuns {
		if err := e.recoverMapRun(&r.MapRuns[i]); err != nil {
			return s, err
		}
	}
	r.Snapshot.Status, r.Snapshot.Error, r.Snapshot.Cause = Aborted, interrupted.Name, interrupted.Cause
	r.Snapshot.Stopped = r.Snapshot.Started
	if n := len(r.History); n > 0 {
		last := r.History[n-1]
		r.Snapshot.Stopped = last.Time
		r.History = append(r.History, Event{
			ID: last.ID + 1, PreviousID: last.ID, Type: "ExecutionAborted", Time: last.Time,
			Details: &Details{Error: interrupted.Name, Cause: interrupted.Cause},
		})
	}
	return r.Summary, e.Store.Save(r)
}

// recoverMapRun ends a map run. It finds the children in the store: each is saved before the next one starts.
func (e *Engine) recoverMapRun(run *MapRun) error {
	if run.Status != Running {
		return nil
	}
	run.Status, run.Stopped, run.AllRead, run.Children, run.OutputBytes = Aborted, run.Started, false, nil, 0
	prefix := strings.Replace(run.ARN, ":mapRun:", ":execution:", 1) + "-"
	for i := 0; ; i++ {
		s, err := e.recoverExecution(prefix + strconv.Itoa(i))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("recovering the children of %s: %w", run.ARN, err)
		}
		if s.Snapshot.Stopped.After(run.Stopped) {
			run.Stopped = s.Snapshot.Stopped
		}
		run.addEndedChild(s)
	}
}

// addEndedChild adds a child that has ended.
func (run *MapRun) addEndedChild(s Summary) {
	run.Children = append(run.Children, Child{ARN: s.ARN, Status: Running})
	run.endChild(len(run.Children)-1, s.Snapshot)
}
