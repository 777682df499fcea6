package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

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

// stateType is how the states of one type are read: the fields that they have beyond Type, Comment and QueryLanguage.
type stateType struct {
	fields []string
	read   func(p *parser, s *state) behaviour
}

func stateTypeOf(kind string) (stateType, bool) {
	working := []string{"Output", "Assign", "Next", "End"}
	switch kind {
	case "Task":
		return stateType{append(working, "Retry", "Catch", "Resource", "Arguments"), readTask}, true
	case "Map":
		return stateType{append(working, "Items", "ItemSelector", "ItemReader", "ItemProcessor", "MaxConcurrency",
			"ToleratedFailurePercentage", "Label"), readMap}, true
	case "Choice":
		return stateType{[]string{"Choices", "Default"}, readChoice}, true
	case "Pass":
		return stateType{working, readPass}, true
	case "Succeed":
		return stateType{[]string{"Output"}, readPass}, true
	case "Fail":
		return stateType{[]string{"Error", "Cause"}, readFail}, true
	default:
		return stateType{}, false
	}
}

func (p *parser) state(name string, definition json.RawMessage) *state {
	q := &parser{where: fmt.Sprintf("state %q", name), raw: definition, m: p.m, names: p.names, err: p.err}
	defer p.join(q)
	s := &state{name: name}
	var head struct{ Type, QueryLanguage string }
	if err := json.Unmarshal(definition, &head); err != nil && q.err == nil {
		q.err = fmt.Errorf("%s: reading the definition: %w", q.where, err)
	}
	kind, supported := stateTypeOf(head.Type)
	if q.err != nil {
		return s
	}
	if !supported {
		q.fail("Type", "%q is not supported", head.Type)
		return s
	}
	if p.names[name] || utf8.RuneCountInString(name) > nameLimit {
		q.err = fmt.Errorf("%s: its name is used twice or has more than %d characters", q.where, nameLimit)
	}
	p.names[name] = true
	q.only(append(kind.fields, "Type", "Comment", "QueryLanguage")...)
	if head.QueryLanguage != "" && head.QueryLanguage != "JSONata" {
		q.fail("QueryLanguage", "%q is not supported", head.QueryLanguage)
	}
	s.kind = head.Type
	q.common(s, slices.Contains(kind.fields, "End"))
	s.does = kind.read(q, s)
	return s
}

// common reads what states of most types have. States that work name their successor or are an end.
func (p *parser) common(s *state, works bool) {
	s.next, s.output = p.text("Next"), p.template("Output")
	s.assign = p.assigning(s)
	var end bool
	p.decode("End", &end)
	if works && (s.next == "") != end {
		p.fail("Next", "or End: true is needed, and not both")
	}
	if s.next != "" {
		s.targets = append(s.targets, s.next)
	}
	p.retriers(s)
	p.catchers(s)
}

// assigning reads an Assign of the state s, of one of its rules or of one of its catchers.
func (p *parser) assigning(s *state) *object {
	assigned := p.assign()
	if assigned != nil {
		s.assigns = append(s.assigns, assigned.keys...)
	}
	return assigned
}
