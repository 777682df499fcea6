package asl

// timeFormat is that of times in the context object.
const timeFormat = "2006-01-02T15:04:05.000Z"

// scope is what the state's expressions see.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (x *Execution) scope(s *state, f *frame, attempt int) *scope {
	contextObject := map[string]any{
		"Execution": x.about(),
		"State": map[string]any{
			"Name": s.name, "EnteredTime": f.Entered.UTC().Format(timeFormat), "RetryCount": float64(attempt),
		},
		"StateMachine": map[string]any{"Id": x.Machine.ARN(), "Name": x.Machine.Name},
	}
	if f.Item != nil {
		contextObject["Map"] = f.Item.context()
	}
	return &scope{states: map[string]any{"input": f.Input.value, "context": contextObject}, vars: f.Vars}
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
		"Id": x.ARN, "Name": x.Name, "RoleArn": roleARN, "StartTime": x.started.UTC().Format(timeFormat),
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

// withItem is the scope of an ItemSelector.
func (s *scope) withItem(it *item) *scope {
	outer, _ := s.states["context"].(map[string]any)
	inner := map[string]any{"Execution": outer["Execution"], "State": outer["State"], "StateMachine": outer["StateMachine"], "Map": it.context()}
	return &scope{states: map[string]any{"input": s.states["input"], "context": inner}, vars: s.vars}
}
