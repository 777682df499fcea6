package asl

import (
	"maps"
	"sync"
)

// timeFormat is that of times in the context object.
const timeFormat = "2006-01-02T15:04:05.000Z"

// scope is what expressions see: $states and the variables.
type scope struct {
	input, result, errorOutput any                   // Go's nil: not there
	context                    func() map[string]any // made when an expression asks for it
	vars                       map[string]data
	evaluated                  func(Evaluation) // nil: nobody asks
}

// some is $states with these members only.
func (s *scope) some(members []string) map[string]any {
	states := make(map[string]any, len(members))
	for _, name := range members {
		if value, exists := s.member(name); exists {
			states[name] = value
		}
	}
	return states
}

// member returns a member of $states.
func (s *scope) member(name string) (value any, exists bool) {
	switch name {
	case "input":
		value = s.input
	case "result":
		value = s.result
	case "errorOutput":
		value = s.errorOutput
	case "context":
		return s.context(), true
	}
	return value, value != nil
}

// scope is what the state's expressions see.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (x *Execution) scope(s *state, f *frame, attempt int) *scope {
	return &scope{input: f.Input.value, vars: f.Vars, evaluated: x.engine.Evaluated, context: sync.OnceValue(func() map[string]any {
		members := map[string]any{
			"Execution": x.about(),
			"State": map[string]any{
				"Name": s.name, "EnteredTime": f.Entered.UTC().Format(timeFormat), "RetryCount": float64(attempt),
			},
			"StateMachine": map[string]any{"Id": x.Machine.ARN(), "Name": x.Machine.Name},
		}
		if f.Item != nil {
			members["Map"] = f.Item.context()
		}
		return members
	})}
}

// withItem is the scope of an ItemSelector.
func (s *scope) withItem(it *item) *scope {
	return &scope{input: s.input, vars: s.vars, evaluated: s.evaluated, context: func() map[string]any {
		members := maps.Clone(s.context())
		members["Map"] = it.context()
		return members
	}}
}

func (it *item) context() map[string]any {
	return map[string]any{"Item": map[string]any{"Index": float64(it.Index), "Value": it.Value.value}}
}

// about is $states.context.Execution. It does not change during a run, so all states share it.
func (x *Execution) about() map[string]any {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.context != nil {
		return x.context
	}
	x.context = map[string]any{
		"Id": x.ARN, "Name": x.Name, "RoleArn": RoleARN, "StartTime": x.started.UTC().Format(timeFormat),
		"RedriveCount": float64(x.redrives),
	}
	if input, err := decode(x.Input); err == nil {
		x.context["Input"] = input
	}
	if !x.redriven.IsZero() {
		x.context["RedriveTime"] = x.redriven.UTC().Format(timeFormat)
	}
	return x.context
}
