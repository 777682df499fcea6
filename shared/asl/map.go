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
	writer      *resultWriter
	selector    template
	concurrency template
	tolerated   float64 // percentage of children that may fail
	processor   *flow
	distributed bool
	label       string // in the ARNs of the children
}

// progress is the progress of a map state, as plain data, so that a redrive does only the rest.
type progress struct {
	Iterations []*iteration `json:",omitempty"` // of an inline map
	MapRun     string       `json:",omitempty"` // ARN, of a distributed map
}

func readMap(p *parser, s *state) behavior {
	m := &mapState{
		items: p.readTemplate("Items"), selector: p.readTemplate("ItemSelector"), concurrency: p.readAmount("MaxConcurrency"),
		tolerated: p.readNumber("ToleratedFailurePercentage", 0, 0), label: p.readText("Label"),
	}
	if m.label == "" {
		m.label = strings.ReplaceAll(s.name, " ", "")
	}
	if fixed, isLiteral := m.items.(literal); isLiteral {
		p.failField("Items", "is %v, not an array", fixed.value)
	}
	p.readProcessor(m)
	if m.tolerated > 100 {
		p.failField("ToleratedFailurePercentage", "is more than 100")
	}
	for _, field := range []string{"ItemReader", "ResultWriter", "ToleratedFailurePercentage", "Label"} {
		if p.hasField(field) && !m.distributed {
			p.failField(field, "is only for a distributed map")
		}
	}
	p.readItemReader(m)
	p.readResultWriter(m)
	p.m.processors[s.name] = m
	return m
}

func (p *parser) readProcessor(m *mapState) {
	q := p.readObject("ItemProcessor", "ProcessorConfig", "StartAt", "States", "Comment")
	config := q.readObject("ProcessorConfig", "Mode", "ExecutionType")
	mode, kind := config.readText("Mode"), config.readText("ExecutionType")
	switch {
	case mode == "DISTRIBUTED" && kind == "STANDARD":
		m.distributed = true
	case mode != "" && mode != "INLINE":
		config.failField("Mode", "%q with ExecutionType %q is not supported", mode, kind)
	case kind != "":
		config.failField("ExecutionType", "is only for a distributed map")
	}
	q.adoptError(config)
	m.processor = q.readFlow()
	p.adoptError(q)
}

func (m *mapState) run(ctx context.Context, v *visit) (data, string, error) {
	work := m.runInline
	if m.distributed {
		work = m.runDistributed
	}
	result, err := work(ctx, v)
	if err != nil && (ctx.Err() != nil || v.f.Map == nil) {
		return data{}, "", err
	}
	if err != nil {
		failure := v.recordFailure(err)
		if failure.Name == dataLimitExceeded {
			v.f.Map = nil // a redrive starts the map again
		}
		if err := v.chain.recordEvent("MapStateFailed", nil); err != nil {
			return data{}, "", err
		}
		return data{}, "", failure
	}
	v.variables.result = result.value
	if err := v.chain.recordEvent("MapStateSucceeded", nil); err != nil {
		return data{}, "", err
	}
	return v.leaveState(v.s.output, v.s.assign, result, v.s.next)
}

// evalItems returns the value of Items, by default the input.
func (m *mapState) evalItems(v *visit) ([]any, error) {
	value, err := evalOr(m.items, v.variables, v.f.Input.value)
	if err != nil {
		return nil, err
	}
	items, isArray := value.([]any)
	if !isArray {
		return nil, newTypeFailure("Items", value, "an array")
	}
	return items, nil
}

// evalInput returns the input of the iteration for an item: ItemSelector, by default the item.
func (m *mapState) evalInput(v *visit, it *item) (data, error) {
	value := it.Value.value
	if m.selector != nil {
		var err error
		if value, err = m.selector.eval(v.variables.withItem(it)); err != nil {
			return data{}, err
		}
	}
	return encodeLimited("the input of an iteration of state "+v.s.name, value)
}

// evalConcurrency returns how many iterations run at the same time, at most the limit.
func (m *mapState) evalConcurrency(v *visit, limit int) (int, error) {
	n, err := evalNumber(m.concurrency, v.variables, "MaxConcurrency", 0)
	if n < 1 {
		return limit, err
	}
	return min(int(n), limit), err
}

// joinOutputs builds a list of outputs without encoding them again.
func joinOutputs(state string, outputs []data) (data, error) {
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
