package asl

import (
	"encoding/json"
	"fmt"
	"slices"
)

// template is a JSON value whose strings of the form {% … %} are expressions.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
type template interface {
	// eval returns the value, or a States.QueryEvaluationError.
	eval(v *variables) (any, error)
}

type (
	literal struct{ value any }
	array   []template
	object  struct {
		keys   []string
		values []template
	}
)

// compileTemplate reads the template in a field.
func compileTemplate(raw json.RawMessage, location string) (template, error) {
	value, err := decodeValue(raw)
	if err != nil {
		return nil, err
	}
	return compileValue(value, location)
}

func compileValue(value any, location string) (template, error) {
	switch v := value.(type) {
	case string:
		return compileText(v, location)
	case []any:
		list := make(array, len(v))
		for i, element := range v {
			t, err := compileValue(element, fmt.Sprintf("%s[%d]", location, i))
			if err != nil {
				return nil, err
			}
			list[i] = t
		}
		return list, nil
	case map[string]any:
		o := &object{}
		for key := range v {
			o.keys = append(o.keys, key)
		}
		slices.Sort(o.keys)
		for _, key := range o.keys {
			t, err := compileValue(v[key], location+"."+key)
			if err != nil {
				return nil, err
			}
			o.values = append(o.values, t)
		}
		return o, nil
	default:
		return literal{v}, nil
	}
}

// evalNumber evaluates a field that must be a number of at least zero.
func evalNumber(t template, v *variables, field string, otherwise float64) (float64, error) {
	value, err := evalOr(t, v, otherwise)
	if err != nil {
		return 0, err
	}
	n, isNumber := value.(float64)
	if !isNumber || n < 0 {
		return 0, newTypeFailure(field, value, "a number of at least 0")
	}
	return n, nil
}

// evalText evaluates a field that must be a string.
func evalText(t template, v *variables, field string) (string, error) {
	value, err := evalOr(t, v, "")
	if err != nil {
		return "", err
	}
	text, isText := value.(string)
	if !isText {
		return "", newTypeFailure(field, value, "a string")
	}
	return text, nil
}

// evalOr evaluates t, or returns otherwise if the field is absent.
func evalOr(t template, v *variables, otherwise any) (any, error) {
	if t == nil {
		return otherwise, nil
	}
	return t.eval(v)
}

func (l literal) eval(*variables) (any, error) { return l.value, nil }

func (a array) eval(v *variables) (any, error) {
	list := make([]any, len(a))
	for i, t := range a {
		value, err := t.eval(v)
		if err != nil {
			return nil, err
		}
		list[i] = value
	}
	return list, nil
}

func (o *object) eval(v *variables) (any, error) {
	result := make(map[string]any, len(o.keys))
	for i, key := range o.keys {
		value, err := o.values[i].eval(v)
		if err != nil {
			return nil, err
		}
		result[key] = value
	}
	return result, nil
}

func newTypeFailure(field string, value any, want string) *Failure {
	text, err := encodeValue(value)
	if err != nil {
		text = fmt.Sprint(value)
	}
	return &Failure{Name: queryEvaluationError, Cause: fmt.Sprintf("%s is %s, not %s", field, text, want), location: field}
}
