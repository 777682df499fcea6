package asl

import (
	"maps"
	"sync"
)

// timeFormat is the format of times in the context object.
const timeFormat = "2006-01-02T15:04:05.000Z"

// variables holds the values that expressions can read: $states and the assigned variables.
type variables struct {
	input, result, errorOutput any                   // Go's nil: missing
	context                    func() map[string]any // built when an expression reads it
	vars                       map[string]data
	evaluated                  func(Evaluation) // may be nil
}

// selectMembers returns $states with these members only.
func (v *variables) selectMembers(members []string) map[string]any {
	states := make(map[string]any, len(members))
	for _, name := range members {
		if value, exists := v.findMember(name); exists {
			states[name] = value
		}
	}
	return states
}

// findMember returns a member of $states, if it has a value.
func (v *variables) findMember(name string) (value any, exists bool) {
	switch name {
	case "input":
		value = v.input
	case "result":
		value = v.result
	case "errorOutput":
		value = v.errorOutput
	case "context":
		return v.context(), true
	}
	return value, value != nil
}

// newVariables returns the variables of a state's expressions.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (x *Execution) newVariables(s *state, f *frame, attempt int) *variables {
	return &variables{input: f.Input.value, vars: f.Vars, evaluated: x.engine.Evaluated, context: sync.OnceValue(func() map[string]any {
		members := map[string]any{
			"Execution": x.executionMembers(),
			"State": map[string]any{
				"Name": s.name, "EnteredTime": f.Entered.UTC().Format(timeFormat), "RetryCount": float64(attempt),
			},
			"StateMachine": map[string]any{"Id": x.Machine.ARN(), "Name": x.Machine.Name},
		}
		if f.Item != nil {
			members["Map"] = f.Item.contextMembers()
		}
		return members
	})}
}

// withItem returns the variables of an ItemSelector.
func (v *variables) withItem(it *item) *variables {
	return &variables{input: v.input, vars: v.vars, evaluated: v.evaluated, context: func() map[string]any {
		members := maps.Clone(v.context())
		members["Map"] = it.contextMembers()
		return members
	}}
}

func (it *item) contextMembers() map[string]any {
	return map[string]any{"Item": map[string]any{"Index": float64(it.Index), "Value": it.Value.value}}
}

// executionMembers returns $states.context.Execution. It does not change during a run, so all states share it.
func (x *Execution) executionMembers() map[string]any {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.context != nil {
		return x.context
	}
	x.context = map[string]any{
		"Id": x.ARN, "Name": x.Name, "RoleArn": RoleARN, "StartTime": x.started.UTC().Format(timeFormat),
		"RedriveCount": float64(x.redrives),
	}
	if input, err := decodeValue(x.Input); err == nil {
		x.context["Input"] = input
	}
	if !x.redriven.IsZero() {
		x.context["RedriveTime"] = x.redriven.UTC().Format(timeFormat)
	}
	return x.context
}
