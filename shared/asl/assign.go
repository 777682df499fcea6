package asl

import (
	"fmt"
	"maps"
)

// assignVariables evaluates an Assign and sets the variables for the states that follow.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
func (v *visit) assignVariables(o *object) error {
	if o == nil {
		return nil
	}
	vars := maps.Clone(v.f.Vars) // iterations may still read the earlier ones
	if vars == nil {
		vars = map[string]data{}
	}
	v.assigned = map[string]string{}
	size := 0
	for i, name := range o.keys {
		value, err := o.values[i].eval(v.variables)
		if err != nil {
			return err
		}
		text, err := encodeValue(value)
		if err != nil {
			return &Failure{Name: statesRuntime, Cause: fmt.Sprintf("variable %s is not JSON: %v", name, err)}
		}
		vars[name], v.assigned[name] = data{value, text}, text
		size += len(text)
	}
	if err := checkSize("the Assign of state "+v.s.name, size); err != nil {
		return err
	}
	total := 0
	for _, value := range vars {
		total += len(value.text)
	}
	if total > variablesLimit {
		return &Failure{Name: dataLimitExceeded, Cause: fmt.Sprintf("the variables have %d bytes, more than the limit of %d", total, variablesLimit)}
	}
	v.f.Vars = vars
	return nil
}
