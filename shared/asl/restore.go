package asl

import (
	"encoding/json"
	"fmt"
)

// restoreExecution builds an execution from a record. The engine must know its machine.
func (e *Engine) restoreExecution(r Record) (*Execution, error) {
	x, err := e.outlineExecution(r.Summary)
	if err != nil {
		return nil, err
	}
	return x, x.setRecord(r)
}

// outlineExecution builds an execution from its summary, without history and map runs.
func (e *Engine) outlineExecution(s Summary) (*Execution, error) {
	m, known := e.Machine(s.Machine)
	if !known {
		return nil, fmt.Errorf("restoring execution %s: state machine %s is not known", s.ARN, s.Machine)
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
		return nil, fmt.Errorf("restoring execution %s: state machine %s has no map state %q", s.ARN, s.Machine, s.Within)
	}
	x.flow = processor.processor
	return x, nil
}

// setRecord sets everything that the store keeps of the execution.
func (x *Execution) setRecord(r Record) error {
	x.setDescription(r.Snapshot)
	x.history.setEvents(r.History)
	x.mapRuns.setRuns(r.MapRuns)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.place = nil
	if r.Place == nil {
		return nil
	}
	if err := json.Unmarshal(r.Place, &x.place); err != nil {
		return fmt.Errorf("restoring the place of execution %s: %w", r.ARN, err)
	}
	return nil
}

func (x *Execution) setDescription(s Description) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status, x.output, x.started, x.stopped = s.Status, s.Output, s.Started, s.Stopped
	x.redriven, x.redrives, x.failure = s.Redriven, s.RedriveCount, nil
	if s.Status != Succeeded {
		x.failure = &Failure{Name: s.Error, Cause: s.Cause}
	}
}
