package asl

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// iteration is one item of an inline map.
type iteration struct {
	Item   item
	Input  data
	Frame  *frame `json:",omitempty"` // nil before its start and after its end
	Done   bool   `json:",omitempty"`
	Output data   `json:",omitzero"`
}

// runInline runs the iterations that are not done, at most 40 at the same time. The first failure aborts the others.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
func (m *mapState) runInline(ctx context.Context, v *visit) (data, error) {
	limit, err := m.evalConcurrency(v, inlineLimit)
	if err != nil {
		return data{}, err
	}
	if v.f.Map == nil {
		if err := m.prepareIterations(v); err != nil {
			return data{}, err
		}
	}
	iterations := v.f.Map.Iterations
	if err := m.runIterations(ctx, v, iterations, limit); err != nil {
		return data{}, err
	}
	outputs := make([]data, len(iterations))
	for i, it := range iterations {
		outputs[i] = it.Output
	}
	return joinOutputs(v.s.name, outputs)
}

// prepareIterations evaluates the input of every iteration.
func (m *mapState) prepareIterations(v *visit) error {
	items, err := m.evalItems(v)
	if err != nil {
		return err
	}
	iterations := make([]*iteration, len(items))
	for i, value := range items {
		it := &iteration{Item: item{Index: i, Value: data{value: value}}}
		if it.Input, err = m.evalInput(v, &it.Item); err != nil {
			return err
		}
		iterations[i] = it
	}
	length := len(items)
	v.f.Map = &progress{Iterations: iterations}
	return v.chain.recordEvent("MapStateStarted", &Details{Length: &length})
}

func (m *mapState) runIterations(ctx context.Context, v *visit, iterations []*iteration, limit int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	var mu sync.Mutex
	from, last := v.chain.last, v.chain.last
	for _, it := range iterations {
		if it.Done {
			continue
		}
		group.Go(func() error {
			c := &eventChain{x: v.x, last: from}
			err := m.runIteration(ctx, v, c, it)
			mu.Lock()
			defer mu.Unlock()
			last = max(last, c.last)
			return err
		})
	}
	err := group.Wait()
	v.chain.last = last
	return err
}

func (m *mapState) runIteration(ctx context.Context, v *visit, c *eventChain, it *iteration) error {
	if ctx.Err() != nil {
		return errAborted
	}
	about := &Details{Name: v.s.name, Index: &it.Item.Index}
	if it.Frame == nil {
		if err := c.recordEvent("MapIterationStarted", about); err != nil {
			return err
		}
		it.Frame = &frame{State: m.processor.startAt, Input: it.Input, Vars: v.f.Vars, Item: &it.Item}
	}
	output, err := v.x.walkFlow(ctx, c, m.processor, it.Frame)
	if err == nil {
		it.Done, it.Output, it.Frame, it.Input = true, output, nil, data{}
		return c.recordEvent("MapIterationSucceeded", about)
	}
	kind := "MapIterationFailed"
	if ctx.Err() != nil {
		kind, err = "MapIterationAborted", errAborted
	}
	if recordErr := c.recordEvent(kind, about); recordErr != nil {
		return recordErr
	}
	return err
}
