package asl

import (
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
		source    string
		location  string // its field
		expr      *jsonata.Expr
		variables []string // names that it mentions
		members   []string // members of $states that it mentions
	}
	// path is an expression that only selects members, as most do. followPath evaluates it without the library, which
	// drops an empty array.
	path struct {
		names []string
		expression
	}
)

var (
	plainPath   = regexp.MustCompile(`^\$[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$`)
	quoted      = regexp.MustCompile(`"(\\.|[^"\\])*"|'(\\.|[^'\\])*'`)
	mention     = regexp.MustCompile(`\$([A-Za-z_]\w*)`)
	member      = regexp.MustCompile(`\$states\s*\.\s*(\w+)`)
	call        = regexp.MustCompile(`\$([A-Za-z_]\w*)\s*\(`)
	unsupported = regexp.MustCompile(`~>|:=|λ|\bfunction\s*\(`)
)

// functions lists the built-in functions that the state machines call.
var functions = []string{"append", "count", "join", "merge"}

func compileText(text, location string) (template, error) {
	opened, closed := strings.HasPrefix(text, "{%"), strings.HasSuffix(text, "%}")
	if !opened && !closed {
		return literal{text}, nil
	}
	if !opened || !closed || len(text) < 4 {
		return nil, fmt.Errorf("%s: expression %s: must begin with {%% and end with %%}", location, text)
	}
	source := trimDelimiters(text)
	expr, err := jsonata.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("%s: expression %s: %w", location, text, err)
	}
	e := expression{source: text, location: location, expr: expr}
	if err := e.resolveNames(source); err != nil {
		return nil, fmt.Errorf("%s: expression %s: %w", location, text, err)
	}
	if plainPath.MatchString(source) {
		return path{strings.Split(source[1:], "."), e}, nil
	}
	return e, nil
}

// resolveNames finds the variables that an expression mentions, and refuses unsupported syntax and functions.
func (e *expression) resolveNames(source string) error {
	source = quoted.ReplaceAllString(source, "''")
	if syntax := unsupported.FindString(source); syntax != "" {
		return fmt.Errorf("%s is not supported", syntax)
	}
	for _, match := range call.FindAllStringSubmatch(source, -1) {
		if !slices.Contains(functions, match[1]) {
			return fmt.Errorf("function $%s is not supported", match[1])
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
	if strings.Count(source, "$states") > len(e.members) {
		return errors.New("$states without a member is not supported")
	}
	return nil
}

var errUndefined = errors.New("it returned nothing (undefined)")

// library is locked during an evaluation, because the library keeps the name and context of its functions in variables
// that all evaluations share.
var library sync.Mutex

func (e expression) eval(v *variables) (any, error) {
	result, err := e.evalWithLibrary(v)
	e.reportEvaluation(v, result, err)
	return result, err
}

// evalWithLibrary evaluates the expression. Undefined is an error, as in Step Functions; so is a panic of the library.
func (e expression) evalWithLibrary(v *variables) (result any, err error) {
	defer func() {
		if crash := recover(); crash != nil {
			err = e.newFailure(fmt.Errorf("the evaluation crashed: %v", crash))
		}
	}()
	value, err := e.callLibrary(e.bindVariables(v))
	if errors.Is(err, jsonata.ErrUndefined) {
		err = errUndefined
	}
	if err != nil {
		return nil, e.newFailure(err)
	}
	plain, err := normalizeResult(value)
	if err != nil {
		return nil, e.newFailure(err)
	}
	return plain, nil
}

func (e expression) callLibrary(variables map[string]any) (any, error) {
	expr := *e.expr // with variables of its own
	if err := expr.RegisterVars(variables); err != nil {
		return nil, err
	}
	library.Lock()
	defer library.Unlock()
	return expr.Eval(map[string]any{})
}

// trimDelimiters returns the JSONata between {% and %}.
func trimDelimiters(text string) string { return strings.TrimSpace(text[2 : len(text)-2]) }

func (e expression) bindVariables(v *variables) map[string]any {
	bound := make(map[string]any, len(e.variables))
	for _, name := range e.variables {
		if name == "states" {
			bound[name] = v.selectMembers(e.members)
		} else if value, assigned := v.vars[name]; assigned {
			bound[name] = value.value
		}
	}
	return bound
}

func (p path) eval(v *variables) (any, error) {
	result, err := p.followPath(v)
	p.reportEvaluation(v, result, err)
	return result, err
}

// followPath selects the members of the path. The library evaluates a path through an array.
func (p path) followPath(v *variables) (any, error) {
	names := p.names
	var value any
	var defined bool
	if names[0] == "states" {
		names = names[1:]
		value, defined = v.findMember(names[0])
	} else {
		var variable data
		variable, defined = v.vars[names[0]]
		value = variable.value
	}
	for _, name := range names[1:] {
		switch parent := value.(type) {
		case map[string]any:
			value, defined = parent[name]
		case []any:
			return p.evalWithLibrary(v)
		default:
			defined = false
		}
		if !defined {
			break
		}
	}
	if !defined {
		return nil, p.newFailure(errUndefined)
	}
	return value, nil
}

func (e expression) newFailure(err error) error {
	return &Failure{
		Name:     queryEvaluationError,
		Cause:    fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' could not be evaluated: %v", e.source, e.location, err),
		location: e.location,
	}
}

// normalizeResult converts a result of the library to the values that decodeValue returns.
func normalizeResult(value any) (any, error) {
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
			plain, err := normalizeResult(element)
			if err != nil {
				return nil, err
			}
			list[i] = plain
		}
		return list, nil
	case map[string]any:
		members := make(map[string]any, len(v))
		for key, element := range v {
			plain, err := normalizeResult(element)
			if err != nil {
				return nil, err
			}
			members[key] = plain
		}
		return members, nil
	case jtypes.Callable:
		return nil, errors.New("the result has a function")
	default:
		return nil, fmt.Errorf("the result has a %T", v)
	}
}
