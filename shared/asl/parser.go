package asl

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// parser reads the fields of one object in a definition and keeps the first error. Its methods do nothing after that.
type parser struct {
	where  string
	raw    json.RawMessage
	fields map[string]json.RawMessage
	m      *Machine
	names  map[string]bool // of all states, which are unique in the whole machine
	err    error
}

// readObjects reads a member that is a list of objects, and passes each to read.
func (p *parser) readObjects(field string, read func(q *parser, last bool), allowed ...string) {
	var list []json.RawMessage
	p.decodeField(field, &list)
	for i, raw := range list {
		q := p.openObject(raw, fmt.Sprintf("%s: %s[%d]", p.where, field, i), allowed...)
		read(q, i == len(list)-1)
		p.adoptError(q)
	}
}

// readObject returns a parser of a member that is an object.
func (p *parser) readObject(field string, allowed ...string) *parser {
	return p.openObject(p.fields[field], p.where+": "+field, allowed...)
}

func (p *parser) openObject(raw json.RawMessage, where string, allowed ...string) *parser {
	if raw == nil {
		raw = json.RawMessage("{}")
	}
	q := &parser{where: where, raw: raw, m: p.m, names: p.names, err: p.err}
	q.readFields(allowed...)
	return q
}

// readFields reads the object and refuses other fields than those allowed.
func (p *parser) readFields(allowed ...string) {
	if p.err != nil {
		return
	}
	if err := json.Unmarshal(p.raw, &p.fields); err != nil {
		p.err = fmt.Errorf("%s: reading the definition: %w", p.where, err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.fields)) {
		if !slices.Contains(allowed, name) {
			p.failField(name, "is not supported")
		}
	}
}

// adoptError takes over the error of the parser of a member.
func (p *parser) adoptError(q *parser) {
	if p.err == nil {
		p.err = q.err
	}
}

// readAmount reads a number of at least 0, or an expression that returns one.
func (p *parser) readAmount(field string) template {
	t := p.readTemplate(field)
	if fixed, isLiteral := t.(literal); isLiteral {
		if n, isNumber := fixed.value.(float64); !isNumber || n < 0 {
			p.failField(field, "is not a number of at least 0")
		}
	}
	return t
}

func (p *parser) readTemplate(field string) template {
	if !p.hasField(field) || p.err != nil {
		return nil
	}
	t, err := compileTemplate(p.fields[field], field)
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("%s: field %w", p.where, err)
	}
	return t
}

// readNumber reads a number that is not an expression.
func (p *parser) readNumber(field string, otherwise, least float64) float64 {
	n := otherwise
	p.decodeField(field, &n)
	if n < least {
		p.failField(field, "is less than %v", least)
	}
	return n
}

var resource = regexp.MustCompile(`^arn:aws[a-z-]*:states:::(.+)$`)

// checkResource reads Resource, which must be the integration in any partition.
func (p *parser) checkResource(integration string) {
	name := p.readRequired("Resource")
	if match := resource.FindStringSubmatch(name); match == nil || match[1] != integration {
		p.failField("Resource", "%q is not supported", name)
	}
}

func (p *parser) readRequired(field string) string {
	text := p.readText(field)
	if text == "" {
		p.failField(field, "is missing")
	}
	return text
}

func (p *parser) readText(field string) (text string) {
	p.decodeField(field, &text)
	return text
}

func (p *parser) decodeField(field string, value any) {
	if !p.hasField(field) || p.err != nil {
		return
	}
	if err := json.Unmarshal(p.fields[field], value); err != nil {
		p.failField(field, "has the wrong type: %v", err)
	}
}

func (p *parser) hasField(field string) bool { return p.fields[field] != nil }

func (p *parser) failField(field, format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%s: field %q %s", p.where, field, fmt.Sprintf(format, args...))
	}
}
