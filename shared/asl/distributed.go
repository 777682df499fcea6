package asl

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// runDistributed runs a child execution for every item that has not succeeded yet. When more children fail than the map
// tolerates, it aborts the others and the map run fails.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
func (m *mapState) runDistributed(ctx context.Context, v *visit) (data, error) {
	concurrency, err := m.evalConcurrency(v, distributedLimit)
	if err != nil {
		return data{}, err
	}
	items, err := m.reader.readItems(ctx, v)
	if err != nil {
		return data{}, err
	}
	run, err := m.startMapRun(v, concurrency)
	if err != nil {
		return data{}, err
	}
	c := &childRunner{m: m, v: v, run: run, items: items}
	err = c.runAll(ctx, concurrency)
	status, kind, details := Succeeded, "MapRunSucceeded", (*Details)(nil)
	switch {
	case ctx.Err() != nil:
		status, kind, err = Aborted, "MapRunAborted", errAborted
	case err != nil:
		failure := toFailure(err)
		status, kind, details = Failed, "MapRunFailed", &Details{Error: failure.Name, Cause: failure.Cause}
	}
	v.x.mapRuns.endMapRun(run, status, v.x.engine.now())
	if recordErr := v.chain.recordEvent(kind, details); recordErr != nil {
		return data{}, recordErr
	}
	if status != Succeeded {
		return data{}, err
	}
	if m.writer != nil {
		return m.writer.writeResults(ctx, v, run)
	}
	outputs, err := run.decodeOutputs()
	if err != nil {
		return data{}, err
	}
	return joinOutputs(v.s.name, outputs)
}

// startMapRun starts a map run, or redrives the one that the state had started before it stopped.
func (m *mapState) startMapRun(v *visit, concurrency int) (*MapRun, error) {
	if v.f.Map == nil {
		length := 0 // the map run reads the items later
		if err := v.chain.recordEvent("MapStateStarted", &Details{Length: &length}); err != nil {
			return nil, err
		}
		v.f.Map = &progress{}
	}
	run := v.x.mapRuns.beginMapRun(v.x, v.f.Map.MapRun, v.s.name, m, concurrency)
	v.f.Map.MapRun = run.ARN
	if v.f == v.x.place {
		v.x.engine.saveExecution(v.x)
	}
	if redrives := run.RedriveCount; redrives > 0 {
		return run, v.chain.recordEvent("MapRunRedriven", &Details{MapRunARN: run.ARN, RedriveCount: &redrives})
	}
	return run, v.chain.recordEvent("MapRunStarted", &Details{MapRunARN: run.ARN})
}

// childRunner runs the children of a map run.
type childRunner struct {
	m     *mapState
	v     *visit
	run   *MapRun
	items iter.Seq2[any, error]

	mu     sync.Mutex
	failed int
	first  *Failure // for the cause
	stop   context.CancelCauseFunc
}

// runAll redrives the children that did not succeed, and starts one for each item without a child.
func (c *childRunner) runAll(ctx context.Context, concurrency int) error {
	ctx, c.stop = context.WithCancelCause(ctx)
	defer c.stop(nil)
	var group errgroup.Group
	group.SetLimit(concurrency)
	for index, child := range c.run.Children {
		if child.Status != Succeeded && ctx.Err() == nil {
			group.Go(func() error {
				c.redriveChild(ctx, index, child.ARN)
				return nil
			})
		}
	}
	err := c.startChildren(ctx, &group)
	if err != nil {
		c.stop(&Failure{Cause: "the map run failed"})
	}
	_ = group.Wait() // the failures of children are counted, not returned
	if err != nil {
		return err
	}
	if !c.run.exceedsTolerance(c.failed) {
		return nil
	}
	cause := fmt.Sprintf("The specified tolerated failure threshold was exceeded: %d of %d children of state %s failed", c.failed, len(c.run.Children), c.v.s.name)
	if c.first != nil {
		cause += ", first with " + c.first.Error()
	}
	return &Failure{Name: exceedTolerated, Cause: cause}
}

// redriveChild runs a child again. A child that cannot be redriven counts as failed.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
func (c *childRunner) redriveChild(ctx context.Context, index int, arn string) {
	x, known := c.v.x.engine.Lookup(arn)
	if !known {
		c.countFailure(&Failure{Name: statesRuntime, Cause: "child " + arn + " does not exist"})
		return
	}
	if err := x.beginRedrive(); err != nil {
		c.countFailure(&Failure{Name: statesRuntime, Cause: fmt.Sprintf("child %s: %v", arn, err)})
		return
	}
	c.v.x.mapRuns.beginChild(c.run, index)
	c.runChild(ctx, index, x)
}

// startChildren reads the items and starts a child for each that has none.
func (c *childRunner) startChildren(ctx context.Context, group *errgroup.Group) error {
	if c.run.AllRead {
		return nil
	}
	started := len(c.run.Children)
	index := -1
	for value, err := range c.items {
		if err != nil {
			return err
		}
		if index++; index < started {
			continue // an earlier attempt started it
		}
		if ctx.Err() != nil {
			return nil
		}
		child, err := c.newChild(index, value)
		if err != nil {
			return err
		}
		position := index
		group.Go(func() error {
			c.runChild(ctx, position, child)
			return nil
		})
	}
	c.v.x.mapRuns.markAllRead(c.run)
	return nil
}

// newChild creates the execution for an item.
func (c *childRunner) newChild(index int, value any) (*Execution, error) {
	input, err := c.m.evalInput(c.v, &item{Index: index, Value: data{value: value}})
	if err != nil {
		return nil, err
	}
	parent := c.v.x
	name := fmt.Sprintf("%s-%d", c.run.ARN[strings.LastIndexByte(c.run.ARN, ':')+1:], index)
	x := &Execution{
		ARN:  fmt.Sprintf("%s/%s:%s", buildARN("execution", parent.Machine.Name), c.m.label, name),
		Name: name, Machine: parent.Machine, Input: []byte(input.text), Parent: parent.ARN, MapRun: c.run.ARN,
		flow: c.m.processor, within: c.v.s.name,
	}
	if err := parent.engine.addExecution(x); err != nil {
		return nil, &Failure{Name: statesRuntime, Cause: err.Error()}
	}
	parent.mapRuns.addChild(c.run, x)
	return x, nil
}

// runChild runs a child to its end.
func (c *childRunner) runChild(ctx context.Context, index int, child *Execution) {
	child.runToEnd(child.openContext(ctx))
	s := child.Describe()
	c.v.x.mapRuns.endChild(c.run, index, s)
	if s.Status != Succeeded && ctx.Err() == nil {
		c.countFailure(&Failure{Name: s.Error, Cause: s.Cause})
	}
}

// countFailure counts a failed child, and stops the others if the map run does not tolerate that many.
func (c *childRunner) countFailure(failure *Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed++
	if c.first == nil {
		c.first = failure
	}
	if c.v.x.mapRuns.hasTooManyFailures(c.run, c.failed) {
		c.stop(&Failure{Cause: "the map run failed"})
	}
}
