package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"
)

// loop is how far a Map is: kept in its frame, so that a redrive does only what is left.
type loop struct {
	iterations []*iteration
	mapRun     string // ARN, of a distributed map
}

// iteration is one item of a Map. A distributed map's iterations have a child execution, an inline one's a frame.
type iteration struct {
	input  any
	item   map[string]any // $states.context.Map.Item
	frame  *frame
	child  *Execution
	done   bool
	output any
}

// loopOver runs the processor for every item: inline inside this execution, distributed as child executions.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
func (v *visitor) loopOver(ctx context.Context) (any, string, error) {
	if v.f.loop == nil {
		l, err := v.newLoop(ctx)
		if err != nil {
			return nil, "", err
		}
		v.f.loop = l
	}
	l := v.f.loop
	if err := v.line.record("MapStateStarted", map[string]any{"length": len(l.iterations)}); err != nil {
		return nil, "", err
	}
	run := v.inline
	if v.s.distributed {
		run = v.distributed
	}
	if err := run(ctx, l); err != nil {
		failure := failureOf(err)
		if failure != aborted {
			err = errors.Join(v.line.record("MapStateFailed", map[string]any{"error": failure.Name, "cause": failure.Cause}), failure)
		}
		return nil, "", err
	}
	results := []any{}
	for _, it := range l.iterations {
		if it.done {
			results = append(results, it.output)
		}
	}
	v.scope.states["result"] = results
	if err := v.line.record("MapStateSucceeded", nil); err != nil {
		return nil, "", err
	}
	return v.leave(v.s.output, v.s.assign, results, v.s.next)
}

func (v *visitor) newLoop(ctx context.Context) (*loop, error) {
	items, err := v.items(ctx)
	if err != nil {
		return nil, err
	}
	l := &loop{}
	for i, value := range items {
		it := &iteration{item: map[string]any{"Index": float64(i), "Value": value}}
		if it.input, err = v.selectItem(it, value); err != nil {
			return nil, err
		}
		l.iterations = append(l.iterations, it)
	}
	return l, nil
}

func (v *visitor) selectItem(it *iteration, value any) (any, error) {
	selecting := *v.scope
	selecting.states = withItem(v.scope.states, it.item)
	return evalOr(v.s.itemSelector, &selecting, value)
}

// withItem adds $states.context.Map.Item.
func withItem(states map[string]any, item map[string]any) map[string]any {
	added := make(map[string]any, len(states))
	for key, value := range states {
		added[key] = value
	}
	outer, _ := states["context"].(map[string]any)
	inner := make(map[string]any, len(outer)+1)
	for key, value := range outer {
		inner[key] = value
	}
	inner["Map"] = map[string]any{"Item": item}
	added["context"] = inner
	return added
}

// items are the elements of Items, of the object that ItemReader names, or of the input.
func (v *visitor) items(ctx context.Context) ([]any, error) {
	if v.s.reader != nil {
		return v.readItems(ctx)
	}
	value, err := evalOr(v.s.items, v.scope, v.f.input)
	if err != nil {
		return nil, err
	}
	items, isArray := value.([]any)
	if !isArray {
		return nil, &Failure{Name: queryEvaluationError, Cause: fmt.Sprintf("Items of %s is not an array", v.s.name)}
	}
	return items, nil
}

func (v *visitor) readItems(ctx context.Context) ([]any, error) {
	value, err := v.s.reader.arguments.eval(v.scope)
	if err != nil {
		return nil, err
	}
	arguments, _ := value.(map[string]any)
	body, err := v.x.engine.OpenItems(ctx, fmt.Sprint(arguments["Bucket"]), fmt.Sprint(arguments["Key"]))
	if err != nil {
		return nil, &Failure{Name: itemReaderFailed, Cause: err.Error()}
	}
	defer body.Close()
	items, err := v.s.reader.read(body)
	if err != nil {
		return nil, &Failure{Name: itemReaderFailed, Cause: fmt.Sprintf("reading %v: %v", arguments["Key"], err)}
	}
	return items, nil
}

// read decodes a JSON array or JSON lines.
func (r *itemReader) read(body io.Reader) ([]any, error) {
	items := []any{}
	list := json.NewDecoder(body)
	if r.inputType == "JSON" {
		if start, err := list.Token(); err != nil || start != json.Delim('[') {
			return nil, errors.New("it is not a JSON array")
		}
	}
	for list.More() && (r.maxItems == 0 || len(items) < r.maxItems) {
		var item any
		if err := list.Decode(&item); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// atOnce is how many iterations run side by side.
func (v *visitor) atOnce(unbound, most int) (int, error) {
	n, err := evalNumber(v.s.concurrency, v.scope, "MaxConcurrency", 0)
	if n == 0 {
		return unbound, err
	}
	return min(int(n), most), err
}

// inline runs the iterations that are not done; the first failure stops the others.
func (v *visitor) inline(ctx context.Context, l *loop) error {
	limit, err := v.atOnce(inlineLimit, inlineLimit)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for i, it := range l.iterations {
		if !it.done {
			group.Go(func() error { return v.iterate(ctx, i, it) })
		}
	}
	return group.Wait()
}

func (v *visitor) iterate(ctx context.Context, index int, it *iteration) error {
	if ctx.Err() != nil {
		return aborted
	}
	line := &branch{x: v.x, last: v.line.last}
	details := map[string]any{"name": v.s.name, "index": index}
	if err := line.record("MapIterationStarted", details); err != nil {
		return err
	}
	if it.frame == nil {
		it.frame = &frame{state: v.s.processor.startAt, input: it.input, vars: v.f.vars, item: it.item}
	}
	output, err := v.x.states(ctx, line, v.s.processor, it.frame)
	switch {
	case err == nil:
		it.done, it.output, it.frame = true, output, nil
		return line.record("MapIterationSucceeded", details)
	case failureOf(err) == aborted:
		return errors.Join(line.record("MapIterationAborted", details), aborted)
	default:
		return errors.Join(line.record("MapIterationFailed", details), err)
	}
}

// distributed runs a child execution for each iteration that is not done; failures are tolerated up to the thresholds.
func (v *visitor) distributed(ctx context.Context, l *loop) error {
	limit, err := v.atOnce(childrenUnbound, distributedLimit)
	if err != nil {
		return err
	}
	tolerated, err := v.tolerated(len(l.iterations))
	if err != nil {
		return err
	}
	if l.mapRun == "" {
		l.mapRun = fmt.Sprintf("arn:aws:states:local:000000000000:mapRun:%s/%s:%s-%d", v.x.Machine.Name, v.label(), v.x.Name, v.line.last)
	}
	if err := v.line.record("MapRunStarted", map[string]any{"mapRunArn": l.mapRun}); err != nil {
		return err
	}
	failed := v.children(ctx, l, limit, tolerated)
	if ctx.Err() != nil {
		return aborted
	}
	if failed > tolerated {
		failure := &Failure{Name: exceedTolerated, Cause: fmt.Sprintf("%d of %d children of %s failed", failed, len(l.iterations), v.s.name)}
		return errors.Join(v.line.record("MapRunFailed", map[string]any{"error": failure.Name, "cause": failure.Cause}), failure)
	}
	return v.line.record("MapRunSucceeded", nil)
}

// children runs what is not done and returns how many failed. Past the threshold no new child starts.
func (v *visitor) children(ctx context.Context, l *loop, limit, tolerated int) int {
	var mu sync.Mutex
	failed := 0
	var group errgroup.Group
	group.SetLimit(limit)
	for i, it := range l.iterations {
		mu.Lock()
		stop := failed > tolerated
		mu.Unlock()
		if stop || ctx.Err() != nil {
			break
		}
		if it.done {
			continue
		}
		group.Go(func() error {
			if !v.child(ctx, l, i, it) {
				mu.Lock()
				failed++
				mu.Unlock()
			}
			return nil
		})
	}
	_ = group.Wait() // the children's failures are counted, not returned
	return failed
}

func (v *visitor) child(ctx context.Context, l *loop, index int, it *iteration) bool {
	if it.child == nil {
		it.child = v.newChild(l, index, it)
	} else if it.child.beginRedrive() != nil {
		return false
	}
	it.child.run(ctx)
	s := it.child.Describe()
	if s.Status != Succeeded {
		return false
	}
	it.done = true
	return json.Unmarshal(s.Output, &it.output) == nil
}

func (v *visitor) newChild(l *loop, index int, it *iteration) *Execution {
	input, err := json.Marshal(it.input)
	if err != nil {
		input = json.RawMessage("null")
	}
	e := v.x.engine
	name := fmt.Sprintf("%s-%d-%d", v.x.Name, v.line.last, index)
	x := &Execution{
		ARN:  fmt.Sprintf("arn:aws:states:local:000000000000:execution:%s/%s:%s", v.x.Machine.Name, v.label(), name),
		Name: name, Machine: v.x.Machine, Input: input, Parent: v.x, MapRun: l.mapRun,
		engine: e, flow: v.s.processor, status: Running, started: e.now(),
	}
	e.remember(x)
	return x
}

func (v *visitor) label() string {
	if v.s.label != "" {
		return v.s.label
	}
	return v.s.name
}

// tolerated is the number of children that may fail: the smaller of the two thresholds, none by default.
func (v *visitor) tolerated(items int) (int, error) {
	percentage, err := evalNumber(v.s.toleratedPct, v.scope, "ToleratedFailurePercentage", 0)
	if err != nil {
		return 0, err
	}
	count, err := evalNumber(v.s.toleratedNum, v.scope, "ToleratedFailureCount", 0)
	if err != nil {
		return 0, err
	}
	byPercentage := int(percentage / 100 * float64(items))
	switch {
	case v.s.toleratedPct == nil:
		return int(count), nil
	case v.s.toleratedNum == nil:
		return byPercentage, nil
	default:
		return min(byPercentage, int(count)), nil
	}
}
