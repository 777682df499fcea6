// Package asl runs state machines written in the part of Amazon States Language that this project's definitions use,
// with JSONata as the query language, in this process. What it does not know it refuses by name when a definition is
// read, so that a machine that runs here does not surprise on Step Functions.
//
// Of JSONata it has what its library has. Beyond that a plain path ($states.input.a.b) keeps an empty array, null is
// not missing, whole numbers stay exact and undefined is an error, as in Step Functions; but inside a longer expression
// an empty array is still taken for nothing, and $filter does not unwrap a single result.
//
// The language: https://states-language.net and
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html.
package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Machine is a definition that was read and checked. It is immutable and safe for concurrent use.
type Machine struct {
	Name       string
	Comment    string
	Definition json.RawMessage // with its placeholders filled in

	timeoutSeconds float64 // 0: none
	flow           *flow
	processors     map[string]*mapState // by the name of the state
}

// ARN is the machine's address.
func (m *Machine) ARN() string { return arn("stateMachine", m.Name) }

// flow is a set of states with a start: a machine, or the processor of a map.
type flow struct {
	startAt string
	states  map[string]*state
}

// state is one state of any type.
type state struct {
	name, kind string
	next       string // "" at an end
	output     template
	assign     *object
	retriers   []retrier
	catchers   []catcher
	does       behaviour

	targets []string // all states that it may lead to
	assigns []string // all variables that it may assign
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// Parse reads a definition after replacing its ${Name} placeholders. A placeholder without a value, a value without a
// placeholder, and everything that this package does not support are errors that name the place, such as
// `state "Regions": field "ResultWriter" is not supported`.
func Parse(name string, definition []byte, substitutions map[string]string) (*Machine, error) {
	text, err := substitute(definition, substitutions)
	if err != nil {
		return nil, err
	}
	// Decoding into maps would let the last of two states of one name win.
	if _, err := jsontext.NewDecoder(strings.NewReader(string(text))).ReadValue(); err != nil {
		return nil, fmt.Errorf("state machine %s: reading the definition: %w", name, err)
	}
	m := &Machine{Name: name, Definition: text, processors: map[string]*mapState{}}
	p := &parser{where: "state machine", raw: text, m: m, names: map[string]bool{}}
	p.only("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version")
	m.Comment = p.text("Comment")
	p.decode("TimeoutSeconds", &m.timeoutSeconds)
	if language := p.text("QueryLanguage"); language != "JSONata" {
		p.fail("QueryLanguage", "is %q: only JSONata is supported", language)
	}
	if version := p.text("Version"); version != "" && version != "1.0" {
		p.fail("Version", "is %q: only 1.0 is supported", version)
	}
	m.flow = p.flow()
	if p.err != nil {
		return nil, p.err
	}
	return m, m.flow.checkScopes(nil)
}

func substitute(definition []byte, substitutions map[string]string) ([]byte, error) {
	missing, used := map[string]bool{}, map[string]bool{}
	text := placeholder.ReplaceAllFunc(definition, func(match []byte) []byte {
		name := string(match[2 : len(match)-1])
		value, given := substitutions[name]
		if !given {
			missing[name] = true
		}
		used[name] = true
		inJSON, _ := json.Marshal(value) // a string always marshals
		return inJSON[1 : len(inJSON)-1]
	})
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		errs = append(errs, fmt.Errorf("placeholder ${%s} has no value", name))
	}
	for _, name := range slices.Sorted(maps.Keys(substitutions)) {
		if !used[name] {
			errs = append(errs, fmt.Errorf("the definition has no placeholder ${%s}", name))
		}
	}
	return text, errors.Join(errs...)
}

// check finds transitions to nowhere and states that nothing leads to.
func (f *flow) check(where string) error {
	if _, exists := f.states[f.startAt]; !exists {
		return fmt.Errorf("%s: StartAt is %q, which is not a state here", where, f.startAt)
	}
	reached := map[string]bool{f.startAt: true}
	for queue := []string{f.startAt}; len(queue) > 0; queue = queue[1:] {
		for _, next := range f.states[queue[0]].targets {
			if _, exists := f.states[next]; !exists {
				return fmt.Errorf("state %q: leads to %q, which is not a state here", queue[0], next)
			}
			if !reached[next] {
				reached[next] = true
				queue = append(queue, next)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.states)) {
		if !reached[name] {
			return fmt.Errorf("state %q: nothing leads to it", name)
		}
	}
	return nil
}

// checkScopes refuses that the processor of an inline map assigns a variable of an outer flow: it may only read it.
// The children of a distributed map do not see outer variables at all.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope
func (f *flow) checkScopes(outer []string) error {
	visible := slices.Clone(outer)
	for _, s := range f.states {
		visible = append(visible, s.assigns...)
	}
	for _, name := range slices.Sorted(maps.Keys(f.states)) {
		s := f.states[name]
		for _, variable := range s.assigns {
			if slices.Contains(outer, variable) {
				return fmt.Errorf("state %q: field \"Assign\": variable %q belongs to an outer flow, which alone may assign it", name, variable)
			}
		}
		inner, isMap := s.does.(*mapState)
		if !isMap {
			continue
		}
		seen := visible
		if inner.distributed {
			seen = nil
		}
		if err := inner.processor.checkScopes(seen); err != nil {
			return err
		}
	}
	return nil
}
