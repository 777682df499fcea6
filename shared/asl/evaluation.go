package asl

import "encoding/json"

// Evaluation is one evaluated JSONata expression with its variables and its result, for a comparison with another
// implementation.
type Evaluation struct {
	Expression string          `json:"expression"` // without {% and %}
	Variables  json.RawMessage `json:"variables"`  // those that the expression mentions
	Result     json.RawMessage `json:"result"`     // nil on an error
	Error      string          `json:"error,omitempty"`
}

// reportEvaluation passes an evaluation to Engine.Evaluated.
func (e expression) reportEvaluation(v *variables, result any, err error) {
	if v.evaluated == nil {
		return
	}
	evaluation := Evaluation{Expression: trimDelimiters(e.source)}
	if variables, failure := encodeValue(e.bindVariables(v)); failure == nil {
		evaluation.Variables = json.RawMessage(variables)
	}
	if err != nil {
		evaluation.Error = err.Error()
	} else if text, failure := encodeValue(result); failure == nil {
		evaluation.Result = json.RawMessage(text)
	}
	v.evaluated(evaluation)
}
