// Package asl runs state machines written in the part of Amazon States Language that this project's definitions use,
// with JSONata as the query language, in this process. What it does not know it refuses by name when a definition is
// read, so that a machine that runs here does not surprise on Step Functions.
//
// The language: https://states-language.net and
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html.
package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Machine is a definition that was read and checked. It is immutable and safe for concurrent use.
type Machine struct {
	Name           string
	Comment        string
	timeoutSeconds float64 // 0: none
	flow           *flow
}

// flow is a set of states with a start: a machine, or the processor of a Map.
type flow struct {
	startAt string
	states  map[string]*state
}

// state is one state of any type; the fields of other types are empty.
type state struct {
	name, kind   string
	next         string
	end          bool
	output       template
	assign       *object
	arguments    template    // Task
	timeout      template    // Task
	retriers     []retrier   // Task, Map
	catchers     []catcher   // Task, Map
	rules        []rule      // Choice
	otherwise    string      // Choice
	items        template    // Map
	itemSelector template    // Map
	reader       *itemReader // Map
	concurrency  template    // Map
	toleratedPct template    // Map
	toleratedNum template    // Map
	processor    *flow       // Map
	distributed  bool        // Map
	label        string      // Map
	seconds      template    // Wait
	timestamp    template    // Wait
	errorName    template    // Fail
	cause        template    // Fail
}

// rule is one choice rule.
type rule struct {
	condition template
	next      string
	output    template
	assign    *object
}

// itemReader reads the items of a distributed map from an object.
type itemReader struct {
	inputType string // JSON or JSONL
	maxItems  int    // 0: all
	arguments template
}

// Fields that every state has, and those of each type. What is not listed is refused.
var (
	commonFields = []string{"Type", "Comment", "QueryLanguage"}
	stateFields  = map[string][]string{
		"Task":    {"Resource", "Arguments", "Output", "Assign", "TimeoutSeconds", "Retry", "Catch", "Next", "End"},
		"Pass":    {"Output", "Assign", "Next", "End"},
		"Choice":  {"Choices", "Default", "Output", "Assign"},
		"Wait":    {"Seconds", "Timestamp", "Output", "Assign", "Next", "End"},
		"Succeed": {"Output"},
		"Fail":    {"Error", "Cause"},
		"Map": {"Items", "ItemSelector", "ItemReader", "ItemProcessor", "MaxConcurrency", "ToleratedFailurePercentage",
			"ToleratedFailureCount", "Label", "Output", "Assign", "Retry", "Catch", "Next", "End"},
	}
)

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// Parse reads a definition after replacing its ${Name} placeholders. A placeholder without a value, a value without a
// placeholder, and everything that this package does not support are errors that name the place.
func Parse(name string, definition []byte, substitutions map[string]string) (*Machine, error) {
	text, err := substitute(definition, substitutions)
	if err != nil {
		return nil, err
	}
	fields, err := objectFields(text, "state machine", "Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version")
	if err != nil {
		return nil, err
	}
	p := parser{where: "state machine", fields: fields}
	m := &Machine{Name: name, Comment: p.text("Comment")}
	p.number("TimeoutSeconds", &m.timeoutSeconds)
	if language := p.text("QueryLanguage"); language != "JSONata" {
		return nil, fmt.Errorf("state machine: QueryLanguage %q is not supported: use JSONata", language)
	}
	if p.err != nil {
		return nil, p.err
	}
	m.flow, err = parseFlow(fields, "state machine")
	return m, err
}

func substitute(definition []byte, substitutions map[string]string) ([]byte, error) {
	var missing []string
	used := map[string]bool{}
	text := placeholder.ReplaceAllFunc(definition, func(match []byte) []byte {
		name := string(match[2 : len(match)-1])
		value, given := substitutions[name]
		if !given {
			missing = append(missing, name)
		}
		used[name] = true
		quoted, _ := json.Marshal(value)
		return quoted[1 : len(quoted)-1]
	})
	if len(missing) > 0 {
		return nil, fmt.Errorf("no value for the placeholders %s", strings.Join(slices.Compact(slices.Sorted(slices.Values(missing))), ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(substitutions)) {
		if !used[name] {
			return nil, fmt.Errorf("the definition has no placeholder ${%s}", name)
		}
	}
	return text, nil
}

func parseFlow(fields map[string]json.RawMessage, where string) (*flow, error) {
	p := parser{where: where, fields: fields}
	f := &flow{startAt: p.text("StartAt"), states: map[string]*state{}}
	var definitions map[string]json.RawMessage
	p.decode("States", &definitions)
	if p.err != nil {
		return nil, p.err
	}
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		s, err := parseState(name, definitions[name])
		if err != nil {
			return nil, err
		}
		f.states[name] = s
	}
	return f, f.check(where)
}

// check finds transitions to nowhere and states that nothing leads to.
func (f *flow) check(where string) error {
	reached := map[string]bool{}
	var visit func(from, name string) error
	visit = func(from, name string) error {
		s, exists := f.states[name]
		if !exists {
			return fmt.Errorf("%s: leads to %q, which is not a state here", from, name)
		}
		if reached[name] {
			return nil
		}
		reached[name] = true
		for _, next := range s.transitions() {
			if err := visit(fmt.Sprintf("state %q", name), next); err != nil {
				return err
			}
		}
		return nil
	}
	if err := visit(where+": StartAt", f.startAt); err != nil {
		return err
	}
	for name := range f.states {
		if !reached[name] {
			return fmt.Errorf("state %q: nothing leads to it", name)
		}
	}
	return nil
}

func (s *state) transitions() []string {
	var next []string
	if s.next != "" {
		next = append(next, s.next)
	}
	for _, c := range s.catchers {
		next = append(next, c.next)
	}
	for _, r := range s.rules {
		next = append(next, r.next)
	}
	if s.otherwise != "" {
		next = append(next, s.otherwise)
	}
	return next
}

func objectFields(text json.RawMessage, where string, allowed ...string) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&fields); err != nil {
		return nil, fmt.Errorf("%s: reading the definition: %w", where, err)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(allowed, name) {
			return nil, fmt.Errorf("%s: field %q is not supported", where, name)
		}
	}
	return fields, nil
}
