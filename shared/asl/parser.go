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
