package asl

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// flow is a set of states with a start: those of a machine, or of the processor of a map.
type flow struct {
	startAt string
	states  map[string]*state
}

// readFlow reads StartAt and States.
func (p *parser) readFlow() *flow {
	f := &flow{startAt: p.readRequired("StartAt"), states: map[string]*state{}}
	var definitions map[string]json.RawMessage
	p.decodeField("States", &definitions)
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		f.states[name] = p.readState(name, definitions[name])
	}
	if p.err == nil {
		p.err = f.checkTransitions(p.where)
	}
	return f
}

// checkTransitions refuses transitions to unknown states, and states that no transition leads to.
func (f *flow) checkTransitions(where string) error {
	if _, exists := f.states[f.startAt]; !exists {
		return fmt.Errorf("%s: StartAt is %q, which is not a state of this flow", where, f.startAt)
	}
	reached := map[string]bool{f.startAt: true}
	for queue := []string{f.startAt}; len(queue) > 0; queue = queue[1:] {
		for _, next := range f.states[queue[0]].targets {
			if _, exists := f.states[next]; !exists {
				return fmt.Errorf("state %q: leads to %q, which is not a state of this flow", queue[0], next)
			}
			if !reached[next] {
				reached[next] = true
				queue = append(queue, next)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.states)) {
		if !reached[name] {
			return fmt.Errorf("state %q: nothing leads to it", name)
		}
	}
	return nil
}

// checkAssignments refuses a processor of an inline map that assigns a variable of an outer flow, which it may only read.
// The children of a distributed map do not see outer variables at all.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope
func (f *flow) checkAssignments(outer []string) error {
	visible := slices.Clone(outer)
	for _, s := range f.states {
		visible = append(visible, s.assigns...)
	}
	for _, name := range slices.Sorted(maps.Keys(f.states)) {
		s := f.states[name]
		for _, variable := range s.assigns {
			if slices.Contains(outer, variable) {
				return fmt.Errorf("state %q: field \"Assign\": variable %q belongs to an outer flow, and only the outer flow may assign it", name, variable)
			}
		}
		inner, isMap := s.behavior.(*mapState)
		if !isMap {
			continue
		}
		seen := visible
		if inner.distributed {
			seen = nil
		}
		if err := inner.processor.checkAssignments(seen); err != nil {
			return err
		}
	}
	return nil
}
