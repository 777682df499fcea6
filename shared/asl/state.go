package asl

import (
	"encoding/json"
	"fmt"
	"regexp"
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
	behavior   behavior

	targets []string // all states that it may lead to
	assigns []string // all variables that it may assign
}

// stateType says how to read the states of one type: their fields beyond Type, Comment and QueryLanguage.
type stateType struct {
	fields []string
	read   func(p *parser, s *state) behavior
}

// readState reads one state of a flow.
func (p *parser) readState(name string, definition json.RawMessage) *state {
	q := &parser{where: fmt.Sprintf("state %q", name), raw: definition, m: p.m, names: p.names, err: p.err}
	defer p.adoptError(q)
	s := &state{name: name}
	var head struct{ Type, QueryLanguage string }
	if err := json.Unmarshal(definition, &head); err != nil && q.err == nil {
		q.err = fmt.Errorf("%s: reading the definition: %w", q.where, err)
	}
	kind, supported := findStateType(head.Type)
	if q.err != nil {
		return s
	}
	if !supported {
		q.failField("Type", "%q is not supported", head.Type)
		return s
	}
	if p.names[name] || utf8.RuneCountInString(name) > nameLimit {
		q.err = fmt.Errorf("%s: its name is used twice or has more than %d characters", q.where, nameLimit)
	}
	p.names[name] = true
	q.readFields(append(kind.fields, "Type", "Comment", "QueryLanguage")...)
	if head.QueryLanguage != "" && head.QueryLanguage != "JSONata" {
		q.failField("QueryLanguage", "%q is not supported", head.QueryLanguage)
	}
	s.kind = head.Type
	q.readCommonFields(s, slices.Contains(kind.fields, "End"))
	s.behavior = kind.read(q, s)
	return s
}

func findStateType(kind string) (stateType, bool) {
	working := []string{"Output", "Assign", "Next", "End"}
	switch kind {
	case "Task":
		return stateType{append(working, "Retry", "Catch", "Resource", "Arguments"), readTask}, true
	case "Map":
		return stateType{append(working, "Items", "ItemSelector", "ItemReader", "ResultWriter", "ItemProcessor", "MaxConcurrency",
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

// readCommonFields reads the fields that most types share. A state that works has either a Next or an End.
func (p *parser) readCommonFields(s *state, works bool) {
	s.next, s.output = p.readText("Next"), p.readTemplate("Output")
	s.assign = p.readAssign(s)
	var end bool
	p.decodeField("End", &end)
	if works && (s.next == "") != end {
		p.failField("Next", "or End: true is needed, and not both")
	}
	if s.next != "" {
		s.targets = append(s.targets, s.next)
	}
	p.readRetriers(s)
	p.readCatchers(s)
}

var variableName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

// readAssign reads the Assign of the state s or of one of its catchers, an object whose members are variables.
func (p *parser) readAssign(s *state) *object {
	t := p.readTemplate("Assign")
	if t == nil {
		return nil
	}
	assigned, isObject := t.(*object)
	if !isObject {
		p.failField("Assign", "is not an object")
		return nil
	}
	for _, name := range assigned.keys {
		if !variableName.MatchString(name) || name == "states" || utf8.RuneCountInString(name) > nameLimit {
			p.failField("Assign", "has %q, which cannot be a variable", name)
		}
	}
	s.assigns = append(s.assigns, assigned.keys...)
	return assigned
}
