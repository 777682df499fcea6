package asl

import (
	"cmp"
	"slices"
	"strings"
)

// List returns the executions without a parent, newest first. Those from the store lack output, history and map runs,
// which Lookup returns.
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
		list = e.appendStored(list)
	}
	slices.SortFunc(list, func(a, b *Execution) int {
		return cmp.Or(b.startTime().Compare(a.startTime()), strings.Compare(b.ARN, a.ARN))
	})
	return list
}

func (e *Engine) appendStored(list []*Execution) []*Execution {
	held := map[string]bool{}
	for _, x := range list {
		held[x.ARN] = true
	}
	for _, s := range e.Store.List() {
		if x, err := e.outlineExecution(s); err == nil && !held[s.ARN] { // executions of unknown machines are left out
			list = append(list, x)
		}
	}
	return list
}

// Machine returns a registered machine.
func (e *Engine) Machine(name string) (*Machine, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m, known := e.machines[name]
	return m, known
}

// Machines returns the registered machines, sorted by name.
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

// MapRun returns a map run of an execution without a parent.
func (e *Engine) MapRun(arn string) (MapRun, bool) {
	parts := strings.Split(arn, ":") // …:mapRun:machine/label:execution-number
	if len(parts) != 8 || parts[5] != "mapRun" {
		return MapRun{}, false
	}
	machine, _, _ := strings.Cut(parts[6], "/")
	end := strings.LastIndexByte(parts[7], '-')
	if end < 0 {
		return MapRun{}, false
	}
	x, known := e.Lookup(strings.Join(append(parts[:5:5], "execution", machine, parts[7][:end]), ":"))
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
