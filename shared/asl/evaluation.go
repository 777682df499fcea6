package asl

import "encoding/json"

// Evaluation is one JSONata expression, what it could see and what came out, so that another implementation can be asked
// the same.
type Evaluation struct {
	Expression string          `json:"expression"` // without {% and %}
	Variables  json.RawMessage `json:"variables"`  // states and the assigned variables, as far as it mentions them
	Result     json.RawMessage `json:"result"`     // nil when there is an error
	Error      string          `json:"error,omitempty"`
}

// reportEvaluation tells Engine.Evaluated.
func (e expression) reportEvaluation(s *variables, result any, err error) {
	if s.evaluated == nil {
		return
	}
	evaluation := Evaluation{Expression: trimDelimiters(e.source)}
	if variables, failure := encodeValue(e.bindVariables(s)); failure == nil {
		evaluation.Variables = json.RawMessage(variables)
	}
	if err != nil {
		evaluation.Error = err.Error()
	} else if text, failure := encodeValue(result); failure == nil {
		evaluation.Result = json.RawMessage(text)
	}
	s.evaluated(evaluation)
}
