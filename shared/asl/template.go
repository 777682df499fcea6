package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	jsonata "github.com/blues/jsonata-go"
)

// template is a JSON value whose strings of the form {% … %} are expressions.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
type template interface {
	eval(s *scope) (any, error)
}

type (
	literal struct{ value any }
	array   []template
	object  struct {
		keys   []string
		values []template
	}
	expression struct {
		source string
		where  string
		expr   *jsonata.Expr
	}
)

// scope is what an expression can read: $states and the variables.
type scope struct {
	states map[string]any // input, result, errorOutput, context
	vars   map[string]any
}

// plainPath is $variable.member.member: most expressions are no more than that.
var plainPath = regexp.MustCompile(`^\$[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$`)

// path is such an expression. It is walked without the library, which takes an empty array for nothing.
type path struct {
	names []string
	expression
}

// compile reads a template; a syntax error in an expression names its place.
func compile(raw json.RawMessage, where string) (template, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return compileValue(value, where)
}

func compileValue(value any, where string) (template, error) {
	switch v := value.(type) {
	case string:
		return compileText(v, where)
	case []any:
		list := make(array, len(v))
		for i, element := range v {
			t, err := compileValue(element, where)
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
			t, err := compileValue(v[key], where+"."+key)
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

func compileText(text, where string) (template, error) {
	inner, isExpression := strings.CutPrefix(text, "{%")
	inner, closed := strings.CutSuffix(inner, "%}")
	if !isExpression || !closed {
		return literal{text}, nil
	}
	if match := plainPath.FindString(strings.TrimSpace(inner)); match != "" {
		return path{names: strings.Split(match[1:], "."), expression: expression{source: text, where: where}}, nil
	}
	expr, err := jsonata.Compile(strings.TrimSpace(inner))
	if err != nil {
		return nil, fmt.Errorf("%s: expression %s: %w", where, text, err)
	}
	return expression{text, where, expr}, nil
}

func (l literal) eval(*scope) (any, error) { return l.value, nil }

func (a array) eval(s *scope) (any, error) {
	list := make([]any, len(a))
	for i, t := range a {
		value, err := t.eval(s)
		if err != nil {
			return nil, err
		}
		list[i] = value
	}
	return list, nil
}

func (o *object) eval(s *scope) (any, error) {
	result := make(map[string]any, len(o.keys))
	for i, key := range o.keys {
		value, err := o.values[i].eval(s)
		if err != nil {
			return nil, err
		}
		result[key] = value
	}
	return result, nil
}

// eval runs the expression. A result that is undefined is an error, as in Step Functions.
func (e expression) eval(s *scope) (any, error) {
	expr := *e.expr // its own variables: evaluations run side by side
	vars := make(map[string]any, len(s.vars)+1)
	for name, value := range s.vars {
		vars[name] = value
	}
	vars["states"] = s.states
	if err := expr.RegisterVars(vars); err != nil {
		return nil, e.failure(err)
	}
	value, err := expr.Eval(map[string]any{})
	if errors.Is(err, jsonata.ErrUndefined) {
		return nil, e.failure(errUndefined)
	}
	if err != nil {
		return nil, e.failure(err)
	}
	return plain(value), nil
}

// eval walks the path. Through an array the path means its elements, which is the library's work.
func (p path) eval(s *scope) (any, error) {
	value, defined := any(s.states), p.names[0] == "states"
	if !defined {
		value, defined = s.vars[p.names[0]]
	}
	for _, name := range p.names[1:] {
		fields, isObject := value.(map[string]any)
		if !isObject {
			return p.overArray(s, value)
		}
		value, defined = fields[name]
	}
	if !defined {
		return nil, p.failure(errUndefined)
	}
	return value, nil
}

func (p path) overArray(s *scope, value any) (any, error) {
	if _, isArray := value.([]any); !isArray {
		return nil, p.failure(errUndefined)
	}
	expr, err := jsonata.Compile("$" + strings.Join(p.names, "."))
	if err != nil {
		return nil, p.failure(err)
	}
	return expression{p.source, p.where, expr}.eval(s)
}

var errUndefined = errors.New("it returned nothing (undefined)")

func (e expression) failure(err error) error {
	return &Failure{Name: queryEvaluationError, Cause: fmt.Sprintf("The JSONata expression %s at %s could not be evaluated: %v", e.source, e.where, err)}
}

// plain turns what the JSONata library returns into the types of encoding/json.
func plain(value any) any {
	switch v := value.(type) {
	case nil, bool, string, float64, map[string]any:
		return v
	case []any:
		return v
	case int:
		return float64(v)
	default:
		body, err := json.Marshal(v)
		if err != nil {
			return v
		}
		var decoded any
		if json.Unmarshal(body, &decoded) != nil {
			return v
		}
		return decoded
	}
}

// evalOr evaluates t, or returns otherwise when the field is absent.
func evalOr(t template, s *scope, otherwise any) (any, error) {
	if t == nil {
		return otherwise, nil
	}
	return t.eval(s)
}

// evalNumber evaluates a field that must be a number of at least zero.
func evalNumber(t template, s *scope, field string, otherwise float64) (float64, error) {
	value, err := evalOr(t, s, otherwise)
	if err != nil {
		return 0, err
	}
	n, isNumber := value.(float64)
	if !isNumber || n < 0 || math.IsNaN(n) {
		return 0, &Failure{Name: queryEvaluationError, Cause: fmt.Sprintf("%s is %v, not a number of at least 0", field, value)}
	}
	return n, nil
}
