package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	jsonata "github.com/blues/jsonata-go"
	"github.com/blues/jsonata-go/jtypes"
)

type (
	// expression is JSONata, compiled once.
	expression struct {
		source     string
		location   string        // the field it stands in
		expr       *jsonata.Expr // nil: the library changes the expression when it evaluates it
		variables  []string      // the names that it mentions
		members    []string      // the members of $states that it mentions
		extensions map[string]jsonata.Extension
	}
	// path is an expression that only walks members, as most do. It is walked without the library, which takes an empty
	// array for nothing.
	path struct {
		names []string
		expression
	}
)

var (
	plainPath = regexp.MustCompile(`^\$[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$`)
	quoted    = regexp.MustCompile(`"(\\.|[^"\\])*"|'(\\.|[^'\\])*'`)
	mention   = regexp.MustCompile(`\$([A-Za-z_]\w*)`)
	member    = regexp.MustCompile(`\$states\s*\.\s*(\w+)`)
	call      = regexp.MustCompile(`\$([A-Za-z_]\w*)\s*\(`)
	binding   = regexp.MustCompile(`\$([A-Za-z_]\w*)\s*:=|(?:function|λ)\s*\(([^)]*)\)`)
)

// builtins are the functions that the library has and Step Functions too. $eval is missing in both.
// https://docs.jsonata.org/2.0.0/string-functions and the pages beside it
var builtins = strings.Fields(`string length substring substringBefore substringAfter uppercase lowercase pad trim
	contains split join match replace formatNumber formatBase base64encode base64decode decodeUrl decodeUrlComponent
	encodeUrl encodeUrlComponent number abs floor ceil round power sqrt sum max min average boolean not exists distinct
	count reverse sort shuffle zip append map filter reduce single each sift keys lookup spread merge fromMillis toMillis
	type error now millis`)

func compileText(text, location string) (template, error) {
	opened, closed := strings.HasPrefix(text, "{%"), strings.HasSuffix(text, "%}")
	if !opened && !closed {
		return literal{text}, nil
	}
	if !opened || !closed || len(text) < 4 {
		return nil, fmt.Errorf("%s: expression %s: must begin with {%% and end with %%}", location, text)
	}
	source := inner(text)
	expr, err := jsonata.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("%s: expression %s: %w", location, text, err)
	}
	e := expression{source: text, location: location, expr: expr}
	if err := e.resolve(source); err != nil {
		return nil, fmt.Errorf("%s: expression %s: %w", location, text, err)
	}
	if plainPath.MatchString(source) {
		return path{strings.Split(source[1:], "."), e}, nil
	}
	return e, nil
}

// resolve finds the variables and functions that an expression mentions, and refuses functions that do not exist.
func (e *expression) resolve(source string) error {
	source = quoted.ReplaceAllString(source, "''")
	if strings.Contains(source, "~>") { // each evaluation would add the left side to the arguments of the right
		e.expr = nil
	}
	var local []string
	for _, match := range binding.FindAllStringSubmatch(source, -1) {
		local = append(local, match[1])
		for _, parameter := range mention.FindAllStringSubmatch(match[2], -1) {
			local = append(local, parameter[1])
		}
	}
	for _, match := range call.FindAllStringSubmatch(source, -1) {
		name := match[1]
		if extension, known := extensions[name]; known {
			if e.extensions == nil {
				e.extensions = map[string]jsonata.Extension{}
			}
			e.extensions[name] = extension
		} else if !slices.Contains(builtins, name) && !slices.Contains(local, name) {
			return fmt.Errorf("function $%s is not supported", name)
		}
	}
	for _, match := range mention.FindAllStringSubmatch(source, -1) {
		if !slices.Contains(e.variables, match[1]) {
			e.variables = append(e.variables, match[1])
		}
	}
	for _, match := range member.FindAllStringSubmatch(source, -1) {
		e.members = append(e.members, match[1])
	}
	if strings.Count(source, "$states") > len(e.members) { // as a whole, or by a wildcard
		e.members = []string{"input", "result", "errorOutput", "context"}
	}
	return nil
}

var errUndefined = errors.New("it returned nothing (undefined)")

// library is held during an evaluation: the library's functions keep their name and context in variables that all
// evaluations share.
var library sync.Mutex

func (e expression) eval(s *scope) (any, error) {
	result, err := e.evaluate(s)
	e.report(s, result, err)
	return result, err
}

// evaluate runs the expression. Undefined is an error, as in Step Functions; a panic of the library is one too.
func (e expression) evaluate(s *scope) (result any, err error) {
	defer func() {
		if crash := recover(); crash != nil {
			err = e.failure(fmt.Errorf("the evaluation crashed: %v", crash))
		}
	}()
	value, err := e.run(e.bindings(s))
	if errors.Is(err, jsonata.ErrUndefined) {
		err = errUndefined
	}
	if err != nil {
		return nil, e.failure(err)
	}
	plain, err := normalise(value)
	if err != nil {
		return nil, e.failure(err)
	}
	return plain, nil
}

func (e expression) run(variables map[string]any) (any, error) {
	expr, err := e.fresh()
	if err != nil {
		return nil, err
	}
	if err := expr.RegisterVars(variables); err != nil {
		return nil, err
	}
	if e.extensions != nil {
		if err := expr.RegisterExts(e.extensions); err != nil {
			return nil, err
		}
	}
	library.Lock()
	defer library.Unlock()
	return expr.Eval(map[string]any{})
}

// fresh is the expression with variables of its own.
func (e expression) fresh() (*jsonata.Expr, error) {
	if e.expr == nil {
		return jsonata.Compile(inner(e.source))
	}
	expr := *e.expr
	return &expr, nil
}

// inner is the JSONata between {% and %}.
func inner(text string) string { return strings.TrimSpace(text[2 : len(text)-2]) }

func (e expression) bindings(s *scope) map[string]any {
	bound := make(map[string]any, len(e.variables))
	for _, name := range e.variables {
		if name == "states" {
			bound[name] = s.some(e.members)
		} else if value, assigned := s.vars[name]; assigned {
			bound[name] = value.value
		}
	}
	return bound
}

func (p path) eval(s *scope) (any, error) {
	result, err := p.walk(s)
	p.report(s, result, err)
	return result, err
}

// walk follows the path. Through an array it means the members of the elements, which is the library's work.
func (p path) walk(s *scope) (any, error) {
	names := p.names
	var value any
	var defined bool
	switch {
	case names[0] != "states":
		var variable data
		variable, defined = s.vars[names[0]]
		value = variable.value
	case len(names) == 1:
		value, defined = s.some(p.members), true
	default:
		names = names[1:]
		value, defined = s.member(names[0])
	}
	for _, name := range names[1:] {
		switch v := value.(type) {
		case map[string]any:
			value, defined = v[name]
		case []any:
			return p.evaluate(s)
		default:
			defined = false
		}
		if !defined {
			break
		}
	}
	if !defined {
		return nil, p.failure(errUndefined)
	}
	return value, nil
}

func (e expression) failure(err error) error {
	return &Failure{
		Name:     queryEvaluationError,
		Cause:    fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' could not be evaluated: %v", e.source, e.location, err),
		location: e.location,
	}
}

// normalise turns what the library returns into the values that decode returns.
func normalise(value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return null, nil
	case bool, string, float64, int64, *any:
		return v, nil
	case int:
		return float64(v), nil
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			plain, err := normalise(element)
			if err != nil {
				return nil, err
			}
			list[i] = plain
		}
		return list, nil
	case map[string]any:
		members := make(map[string]any, len(v))
		for key, element := range v {
			plain, err := normalise(element)
			if err != nil {
				return nil, err
			}
			members[key] = plain
		}
		return members, nil
	case jtypes.Callable:
		return nil, errors.New("the result has a function")
	default: // lists of strings and the like
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("the result is not JSON: %w", err)
		}
		return decode(text)
	}
}
