package asl

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Restore makes an execution of a record. Its machine must be known.
func (e *Engine) Restore(r Record) (*Execution, error) {
	x, err := e.outline(r.Summary)
	if err != nil {
		return nil, err
	}
	return x, x.fill(r)
}

// outline makes an execution of what a list says about it.
func (e *Engine) outline(s Summary) (*Execution, error) {
	e.mu.Lock()
	m := e.machines[s.Machine]
	e.mu.Unlock()
	if m == nil {
		return nil, fmt.Errorf("restoring execution %s: machine %s is not known", s.ARN, s.Machine)
	}
	x := &Execution{
		ARN: s.ARN, Name: s.Name, Machine: m, Input: s.Input, Parent: s.Parent, MapRun: s.MapRun, engine: e, flow: m.flow,
		within: s.Within, done: closed(),
	}
	x.stand(s.Snapshot)
	if s.Within == "" {
		return x, nil
	}
	processor, exists := m.processors[s.Within]
	if !exists {
		return nil, fmt.Errorf("restoring execution %s: machine %s has no map state %q", s.ARN, s.Machine, s.Within)
	}
	x.flow, x.express = processor.processor, processor.express
	return x, nil
}

// stand sets where the execution stands.
func (x *Execution) stand(s Snapshot) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status, x.output, x.started, x.stopped = s.Status, s.Output, s.Started, s.Stopped
	x.redriven, x.redrives, x.failure = s.Redriven, s.RedriveCount, nil
	if s.Status != Succeeded {
		x.failure = &Failure{Name: s.Error, Cause: s.Cause}
	}
}

// fill sets what the execution did.
func (x *Execution) fill(r Record) error {
	x.stand(r.Snapshot)
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

// List returns the executions that nothing contains, newest first. Those that have ended come as the store lists them,
// without output, history and map runs: Lookup has all of it.
func (e *Engine) List() []*Execution {
	var list []*Execution
	e.mu.Lock()
	for _, x := range e.executions {
		if x.Parent == "" {
			list = append(list, x)
		}
	}
	e.mu.Unlock()
	if e.Store != nil {
		list = e.addStored(list)
	}
	slices.SortFunc(list, func(a, b *Execution) int {
		return cmp.Or(b.began().Compare(a.began()), strings.Compare(b.ARN, a.ARN))
	})
	return list
}

func (e *Engine) addStored(list []*Execution) []*Execution {
	held := map[string]bool{}
	for _, x := range list {
		held[x.ARN] = true
	}
	for _, s := range e.Store.List() {
		if x, err := e.outline(s); err == nil && !held[s.ARN] { // those of machines that this process has not are not its own
			list = append(list, x)
		}
	}
	return list
}

// Machine returns a machine that is in use.
func (e *Engine) Machine(name string) (*Machine, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m, known := e.machines[name]
	return m, known
}

// Machines returns those that are in use, by name.
func (e *Engine) Machines() []*Machine {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]*Machine, 0, len(e.machines))
	for _, m := range e.machines {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *Machine) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// MapRun returns a map run of an execution that has no parent.
func (e *Engine) MapRun(arn string) (MapRun, bool) {
	place := strings.Split(arn, ":") // …:mapRun:machine/label:execution-number
	if len(place) != 8 || place[5] != "mapRun" {
		return MapRun{}, false
	}
	machine, _, _ := strings.Cut(place[6], "/")
	end := strings.LastIndexByte(place[7], '-')
	if end < 0 {
		return MapRun{}, false
	}
	x, known := e.Lookup(strings.Join(append(place[:5:5], "execution", machine, place[7][:end]), ":"))
	if !known {
		return MapRun{}, false
	}
	runs := x.MapRuns()
	i := slices.IndexFunc(runs, func(run MapRun) bool { return run.ARN == arn })
	if i < 0 {
		return MapRun{}, false
	}
	return runs[i], true
}
