package asl

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"
)

// parser reads the fields of one object in a definition and keeps the first error. Its methods do nothing after that.
type parser struct {
	where  string
	raw    json.RawMessage
	fields map[string]json.RawMessage
	m      *Machine
	names  map[string]bool // of all states: they are unique in the whole machine
	err    error
}

// only reads the object and refuses fields that are not listed.
func (p *parser) only(allowed ...string) {
	if p.err != nil {
		return
	}
	if err := json.Unmarshal(p.raw, &p.fields); err != nil {
		p.err = fmt.Errorf("%s: reading the definition: %w", p.where, err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.fields)) {
		if !slices.Contains(allowed, name) {
			p.fail(name, "is not supported")
		}
	}
}

func (p *parser) fail(field, format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%s: field %q %s", p.where, field, fmt.Sprintf(format, args...))
	}
}

func (p *parser) has(field string) bool { return p.fields[field] != nil }

func (p *parser) decode(field string, value any) {
	if !p.has(field) || p.err != nil {
		return
	}
	if err := json.Unmarshal(p.fields[field], value); err != nil {
		p.fail(field, "has the wrong type: %v", err)
	}
}

func (p *parser) text(field string) (text string) {
	p.decode(field, &text)
	return text
}

func (p *parser) required(field string) string {
	text := p.text(field)
	if text == "" {
		p.fail(field, "is missing")
	}
	return text
}

// number reads a number that is not an expression.
func (p *parser) number(field string, otherwise, least float64) float64 {
	n := otherwise
	p.decode(field, &n)
	if n < least {
		p.fail(field, "is less than %v", least)
	}
	return n
}

func (p *parser) template(field string) template {
	if !p.has(field) || p.err != nil {
		return nil
	}
	t, err := compile(p.fields[field], field)
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("%s: field %w", p.where, err)
	}
	return t
}

// amount reads a number of at least 0, or an expression that gives one.
func (p *parser) amount(field string) template {
	t := p.template(field)
	if fixed, isLiteral := t.(literal); isLiteral {
		if n, isNumber := fixed.value.(float64); !isNumber || n < 0 {
			p.fail(field, "is not a number of at least 0")
		}
	}
	return t
}

var variableName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

// assign reads Assign, an object whose members are variables.
func (p *parser) assign() *object {
	t := p.template("Assign")
	if t == nil {
		return nil
	}
	assigned, isObject := t.(*object)
	if !isObject {
		p.fail("Assign", "is not an object")
		return nil
	}
	for _, name := range assigned.keys {
		if !variableName.MatchString(name) || name == "states" || utf8.RuneCountInString(name) > nameLimit {
			p.fail("Assign", "has %q, which cannot be a variable", name)
		}
	}
	return assigned
}

// object reads a member that is an object with fields of its own.
func (p *parser) object(field, where string, allowed ...string) *parser {
	return p.inner(p.fields[field], where, allowed...)
}

// objects reads a member that is a list of such objects, and hands each to read.
func (p *parser) objects(field string, read func(q *parser, last bool), allowed ...string) {
	var list []json.RawMessage
	p.decode(field, &list)
	for i, raw := range list {
		q := p.inner(raw, fmt.Sprintf("%s: %s[%d]", p.where, field, i), allowed...)
		read(q, i == len(list)-1)
		p.join(q)
	}
}

func (p *parser) inner(raw json.RawMessage, where string, allowed ...string) *parser {
	if raw == nil {
		raw = json.RawMessage("{}")
	}
	q := &parser{where: where, raw: raw, m: p.m, names: p.names, err: p.err}
	q.only(allowed...)
	return q
}

// join takes over the error of an inner parser.
func (p *parser) join(q *parser) {
	if p.err == nil {
		p.err = q.err
	}
}

// flow reads StartAt and States.
func (p *parser) flow() *flow {
	f := &flow{startAt: p.required("StartAt"), states: map[string]*state{}}
	var definitions map[string]json.RawMessage
	p.decode("States", &definitions)
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		f.states[name] = p.state(name, definitions[name])
	}
	if p.err == nil {
		p.err = f.check(p.where)
	}
	return f
}

// stateType is how the states of one type are read: the fields that they have beyond Type, Comment and QueryLanguage.
type stateType struct {
	fields []string
	read   func(p *parser, s *state) behaviour
}

func stateTypeOf(kind string) (stateType, bool) {
	working := []string{"Output", "Assign", "Next", "End"}
	caught := append([]string{"Retry", "Catch"}, working...)
	switch kind {
	case "Task":
		return stateType{append(caught, "Resource", "Arguments", "TimeoutSeconds"), readTask}, true
	case "Map":
		return stateType{append(caught, "Items", "ItemSelector", "ItemReader", "ItemProcessor", "MaxConcurrency",
			"ToleratedFailurePercentage", "ToleratedFailureCount", "Label"), readMap}, true
	case "Choice":
		return stateType{[]string{"Choices", "Default", "Output", "Assign"}, readChoice}, true
	case "Pass":
		return stateType{working, readPass}, true
	case "Wait":
		return stateType{append(working, "Seconds", "Timestamp"), readWait}, true
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
