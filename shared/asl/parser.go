package asl

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// parser reads fields of one place in a definition and keeps the first error.
type parser struct {
	where  string
	fields map[string]json.RawMessage
	err    error
}

func (p *parser) decode(field string, v any) {
	raw, given := p.fields[field]
	if !given || p.err != nil {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil {
		p.err = fmt.Errorf("%s: field %q: %w", p.where, field, err)
	}
}

func (p *parser) text(field string) (text string) {
	p.decode(field, &text)
	return text
}

func (p *parser) number(field string, n *float64) { p.decode(field, n) }

func (p *parser) template(field string) template {
	raw, given := p.fields[field]
	if !given || p.err != nil {
		return nil
	}
	t, err := compile(raw, fmt.Sprintf("%s: field %q", p.where, field))
	p.err = err
	return t
}

func (p *parser) assign() *object {
	t := p.template("Assign")
	if t == nil {
		return nil
	}
	assigned, isObject := t.(*object)
	if !isObject {
		p.fail("field %q must be an object", "Assign")
	}
	return assigned
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(p.where+": "+format, args...)
	}
}

func parseState(name string, definition json.RawMessage) (*state, error) {
	where := fmt.Sprintf("state %q", name)
	var head struct{ Type, QueryLanguage string }
	if err := json.Unmarshal(definition, &head); err != nil {
		return nil, fmt.Errorf("%s: reading the definition: %w", where, err)
	}
	allowed, known := stateFields[head.Type]
	if !known {
		return nil, fmt.Errorf("%s: type %q is not supported", where, head.Type)
	}
	if head.QueryLanguage != "" && head.QueryLanguage != "JSONata" {
		return nil, fmt.Errorf("%s: QueryLanguage %q is not supported", where, head.QueryLanguage)
	}
	fields, err := objectFields(definition, where, append(slices.Clone(commonFields), allowed...)...)
	if err != nil {
		return nil, err
	}
	p := &parser{where: where, fields: fields}
	s := &state{name: name, kind: head.Type, next: p.text("Next"), output: p.template("Output"), assign: p.assign()}
	p.decode("End", &s.end)
	p.parseKind(s)
	if slices.Contains(allowed, "Next") && (s.next == "") != s.end {
		p.fail("needs exactly one of Next and End")
	}
	return s, p.err
}

func (p *parser) parseKind(s *state) {
	switch s.kind {
	case "Task":
		p.parseTask(s)
	case "Choice":
		p.parseChoice(s)
	case "Map":
		p.parseMap(s)
	case "Wait":
		s.seconds, s.timestamp = p.template("Seconds"), p.template("Timestamp")
		if (s.seconds == nil) == (s.timestamp == nil) {
			p.fail("needs exactly one of Seconds and Timestamp")
		}
	case "Fail":
		s.errorName, s.cause = p.template("Error"), p.template("Cause")
	}
}

var lambdaInvoke = regexp.MustCompile(`^arn:aws(-[a-z-]+)?:states:::lambda:invoke$`)

func (p *parser) parseTask(s *state) {
	s.arguments, s.timeout = p.template("Arguments"), p.template("TimeoutSeconds")
	if resource := p.text("Resource"); !lambdaInvoke.MatchString(resource) {
		p.fail("field %q: %q is not supported", "Resource", resource)
	}
	p.parseErrors(s)
}

func (p *parser) parseErrors(s *state) {
	var retriers, catchers []json.RawMessage
	p.decode("Retry", &retriers)
	p.decode("Catch", &catchers)
	for i, raw := range retriers {
		r, err := parseRetrier(raw, fmt.Sprintf("%s: Retry[%d]", p.where, i), i == len(retriers)-1)
		if err != nil && p.err == nil {
			p.err = err
		}
		s.retriers = append(s.retriers, r)
	}
	for i, raw := range catchers {
		c, err := parseCatcher(raw, fmt.Sprintf("%s: Catch[%d]", p.where, i), i == len(catchers)-1)
		if err != nil && p.err == nil {
			p.err = err
		}
		s.catchers = append(s.catchers, c)
	}
}

func parseRetrier(raw json.RawMessage, where string, last bool) (retrier, error) {
	fields, err := objectFields(raw, where, "Comment", "ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds", "JitterStrategy")
	if err != nil {
		return retrier{}, err
	}
	p := &parser{where: where, fields: fields}
	r := retrier{interval: 1, backoff: 2, attempts: 3}
	r.errors = p.errorNames(last)
	p.number("IntervalSeconds", &r.interval)
	p.number("BackoffRate", &r.backoff)
	p.number("MaxAttempts", &r.attempts)
	p.number("MaxDelaySeconds", &r.longest)
	switch jitter := p.text("JitterStrategy"); jitter {
	case "", "NONE":
	case "FULL":
		r.jitter = true
	default:
		p.fail("JitterStrategy %q: use FULL or NONE", jitter)
	}
	if r.backoff < 1 {
		p.fail("BackoffRate is less than 1")
	}
	return r, p.err
}

func parseCatcher(raw json.RawMessage, where string, last bool) (catcher, error) {
	fields, err := objectFields(raw, where, "Comment", "ErrorEquals", "Next", "Output", "Assign")
	if err != nil {
		return catcher{}, err
	}
	p := &parser{where: where, fields: fields}
	c := catcher{errors: p.errorNames(last), next: p.text("Next"), output: p.template("Output"), assign: p.assign()}
	return c, p.err
}

// errorNames reads ErrorEquals. States.ALL stands alone in the last entry.
func (p *parser) errorNames(last bool) (names []string) {
	p.decode("ErrorEquals", &names)
	if len(names) == 0 {
		p.fail("ErrorEquals is empty")
	}
	if slices.Contains(names, "States.ALL") && (len(names) > 1 || !last) {
		p.fail("States.ALL must stand alone, in the last entry")
	}
	return names
}

func (p *parser) parseChoice(s *state) {
	s.otherwise = p.text("Default")
	var rules []json.RawMessage
	p.decode("Choices", &rules)
	if len(rules) == 0 {
		p.fail("Choices is empty")
	}
	for i, raw := range rules {
		where := fmt.Sprintf("%s: Choices[%d]", p.where, i)
		fields, err := objectFields(raw, where, "Comment", "Condition", "Next", "Output", "Assign")
		if err != nil {
			p.err = err
			return
		}
		q := &parser{where: where, fields: fields}
		r := rule{condition: q.template("Condition"), next: q.text("Next"), output: q.template("Output"), assign: q.assign()}
		if r.condition == nil {
			q.fail("needs a Condition")
		}
		if q.err != nil {
			p.err = q.err
			return
		}
		s.rules = append(s.rules, r)
	}
}

var s3GetObject = regexp.MustCompile(`^arn:aws(-[a-z-]+)?:states:::s3:getObject$`)

func (p *parser) parseMap(s *state) {
	s.items, s.itemSelector, s.concurrency = p.template("Items"), p.template("ItemSelector"), p.template("MaxConcurrency")
	s.toleratedPct, s.toleratedNum = p.template("ToleratedFailurePercentage"), p.template("ToleratedFailureCount")
	s.label = p.text("Label")
	p.parseErrors(s)
	p.parseProcessor(s)
	p.parseReader(s)
	if !s.distributed {
		for _, field := range []string{"ItemReader", "ToleratedFailurePercentage", "ToleratedFailureCount", "Label"} {
			if _, given := p.fields[field]; given {
				p.fail("field %q is only for a distributed map", field)
			}
		}
	}
}

func (p *parser) parseProcessor(s *state) {
	if p.err != nil {
		return
	}
	fields, err := objectFields(p.fields["ItemProcessor"], p.where+": ItemProcessor", "ProcessorConfig", "StartAt", "States", "Comment")
	if err != nil {
		p.err = err
		return
	}
	var config struct{ Mode, ExecutionType string }
	q := &parser{where: p.where + ": ItemProcessor", fields: fields}
	q.decode("ProcessorConfig", &config)
	switch mode := config.Mode + " " + config.ExecutionType; strings.TrimSpace(mode) {
	case "", "INLINE":
	case "DISTRIBUTED STANDARD":
		s.distributed = true
	default:
		q.fail("ProcessorConfig %q is not supported", strings.TrimSpace(mode))
	}
	if p.err = q.err; p.err == nil {
		s.processor, p.err = parseFlow(fields, p.where)
	}
}

func (p *parser) parseReader(s *state) {
	raw, given := p.fields["ItemReader"]
	if !given || p.err != nil {
		return
	}
	where := p.where + ": ItemReader"
	fields, err := objectFields(raw, where, "Resource", "ReaderConfig", "Arguments")
	if err != nil {
		p.err = err
		return
	}
	q := &parser{where: where, fields: fields}
	if resource := q.text("Resource"); !s3GetObject.MatchString(resource) {
		q.fail("Resource %q is not supported", resource)
	}
	configFields, err := objectFields(fields["ReaderConfig"], where+": ReaderConfig", "InputType", "MaxItems")
	if err != nil {
		p.err = err
		return
	}
	c := &parser{where: where + ": ReaderConfig", fields: configFields}
	s.reader = &itemReader{inputType: c.text("InputType"), arguments: q.template("Arguments")}
	c.decode("MaxItems", &s.reader.maxItems)
	if s.reader.inputType != "JSON" && s.reader.inputType != "JSONL" {
		c.fail("InputType %q is not supported", s.reader.inputType)
	}
	for _, err := range []error{q.err, c.err} {
		if p.err == nil {
			p.err = err
		}
	}
}
