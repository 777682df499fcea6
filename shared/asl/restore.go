package asl

import (
	"encoding/json"
	"fmt"
)

// restoreExecution makes an execution of a record. Its machine must be known.
func (e *Engine) restoreExecution(r Record) (*Execution, error) {
	x, err := e.outlineExecution(r.Summary)
	if err != nil {
		return nil, err
	}
	return x, x.setRecord(r)
}

// outlineExecution makes an execution of what a list says about it.
func (e *Engine) outlineExecution(s Summary) (*Execution, error) {
	e.mu.Lock()
	m := e.machines[s.Machine]
	e.mu.Unlock()
	if m == nil {
		return nil, fmt.Errorf("restoring execution %s: machine %s is not known", s.ARN, s.Machine)
	}
	x := &Execution{
		ARN: s.ARN, Name: s.Name, Machine: m, Input: s.Input, Parent: s.Parent, MapRun: s.MapRun, engine: e, flow: m.flow,
		within: s.Within, done: newClosedChannel(),
	}
	x.setDescription(s.Snapshot)
	if s.Within == "" {
		return x, nil
	}
	processor, exists := m.processors[s.Within]
	if !exists {
		return nil, fmt.Errorf("restoring execution %s: machine %s has no map state %q", s.ARN, s.Machine, s.Within)
	}
	x.flow = processor.processor
	return x, nil
}

// setDescription sets where the execution stands.
func (x *Execution) setDescription(s Description) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status, x.output, x.started, x.stopped = s.Status, s.Output, s.Started, s.Stopped
	x.redriven, x.redrives, x.failure = s.Redriven, s.RedriveCount, nil
	if s.Status != Succeeded {
		x.failure = &Failure{Name: s.Error, Cause: s.Cause}
	}
}

// setRecord sets what the execution did.
func (x *Execution) setRecord(r Record) error {
	x.setDescription(r.Snapshot)
	x.recording.Lock()
	x.history = r.History
	x.recording.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mapRuns, x.place = nil, nil
	for _, run := range r.MapRuns {
		x.mapRuns = append(x.mapRuns, &run)
	}
	if r.Place == nil {
		return nil
	}
	if err := json.Unmarshal(r.Place, &x.place); err != nil {
		return fmt.Errorf("restoring the place of execution %s: %w", r.ARN, err)
	}
	return nil
}
