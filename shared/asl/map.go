package asl

import (
	"context"
	"strings"
)

// mapState is a Map state: it runs its processor for every item, inline inside its execution, or distributed as child
// executions. Its result is the list of their outputs, in the order of the items.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
type mapState struct {
	items       template
	reader      *itemReader
	selector    template
	concurrency template
	tolerated   float64 // percentage of children that may fail
	processor   *flow
	distributed bool
	label       string // in the ARNs of the children
}

// progress is how far a map state is: plain data, so that a redrive does only what is left.
type progress struct {
	Iterations []*iteration `json:",omitempty"` // of an inline map
	MapRun     string       `json:",omitempty"` // ARN, of a distributed map
}

func readMap(p *parser, s *state) behaviour {
	m := &mapState{
		items: p.template("Items"), selector: p.template("ItemSelector"), concurrency: p.amount("MaxConcurrency"),
		tolerated: p.number("ToleratedFailurePercentage", 0, 0), label: p.text("Label"),
	}
	if m.label == "" {
		m.label = strings.ReplaceAll(s.name, " ", "")
	}
	if fixed, isLiteral := m.items.(literal); isLiteral {
		p.fail("Items", "is %v, not an array", fixed.value)
	}
	p.processor(m)
	if m.tolerated > 100 {
		p.fail("ToleratedFailurePercentage", "is more than 100")
	}
	for _, field := range []string{"ItemReader", "ToleratedFailurePercentage", "Label"} {
		if p.has(field) && !m.distributed {
			p.fail(field, "is only for a distributed map")
		}
	}
	p.reader(m)
	p.m.processors[s.name] = m
	return m
}

func (p *parser) processor(m *mapState) {
	q := p.object("ItemProcessor", p.where+": ItemProcessor", "ProcessorConfig", "StartAt", "States", "Comment")
	config := q.object("ProcessorConfig", q.where+": ProcessorConfig", "Mode", "ExecutionType")
	mode, kind := config.text("Mode"), config.text("ExecutionType")
	switch {
	case mode == "DISTRIBUTED" && kind == "STANDARD":
		m.distributed = true
	case mode != "" && mode != "INLINE":
		config.fail("Mode", "%q with ExecutionType %q is not supported", mode, kind)
	case kind != "":
		config.fail("ExecutionType", "is only for a distributed map")
	}
	q.join(config)
	m.processor = q.flow()
	p.join(q)
}

func (m *mapState) run(ctx context.Context, v *visit) (data, string, error) {
	work := m.inline
	if m.distributed {
		work = m.distribute
	}
	result, err := work(ctx, v)
	if err != nil && (ctx.Err() != nil || v.f.Map == nil) {
		return data{}, "", err
	}
	if err != nil {
		failure := v.failed(err)
		if failure.Name == dataLimitExceeded {
			v.f.Map = nil // a redrive does it all again
		}
		if err := v.line.record("MapStateFailed", nil); err != nil {
			return data{}, "", err
		}
		return data{}, "", failure
	}
	v.scope.result = result.value
	if err := v.line.record("MapStateSucceeded", nil); err != nil {
		return data{}, "", err
	}
	return v.leave(v.s.output, v.s.assign, result, v.s.next)
}

// list is the value of Items, or the input.
func (m *mapState) list(v *visit) ([]any, error) {
	value, err := evalOr(m.items, v.scope, v.f.Input.value)
	if err != nil {
		return nil, err
	}
	items, isArray := value.([]any)
	if !isArray {
		return nil, wrongType("Items", value, "an array")
	}
	return items, nil
}

// input is what the iteration for an item starts with: ItemSelector, by default the item.
func (m *mapState) input(v *visit, it *item) (data, error) {
	value := it.Value.value
	if m.selector != nil {
		var err error
		if value, err = m.selector.eval(v.scope.withItem(it)); err != nil {
			return data{}, err
		}
	}
	return limited("the input of an iteration of state "+v.s.name, value)
}

// sideBySide is how many iterations run at the same time.
func (m *mapState) sideBySide(v *visit, most int) (int, error) {
	n, err := evalNumber(m.concurrency, v.scope, "MaxConcurrency", 0)
	if n < 1 {
		return most, err
	}
	return min(int(n), most), err
}

// results puts outputs together without encoding them again.
func results(state string, outputs []data) (data, error) {
	values, texts := make([]any, len(outputs)), make([]string, len(outputs))
	size := 2
	for i, output := range outputs {
		values[i], texts[i] = output.value, output.text
		size += len(output.text) + 1
	}
	if err := checkSize("the result of state "+state, size-1); err != nil && len(outputs) > 0 {
		return data{}, err
	}
	return data{values, "[" + strings.Join(texts, ",") + "]"}, nil
}
