package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/summary"
)

// loader runs the load machine of a pipeline and shows its progress.
type loader struct {
	*pipeline
	inbox    *object.Store // where files become objects
	stores   map[string]*object.Store
	progress *progress
	keep     bool // leave objects and files where they are
	reload   bool // load what the ledger says is loaded
	started  time.Time
	count    atomic.Int64 // of executions
}

// newLoader adds the load machine to a pipeline, into db. Objects of other buckets than inbox are reached once a store
// for them is added.
func newLoader(p *pipeline, db *database, inbox *object.Store, shown *progress, keep bool) (*loader, error) {
	l := &loader{
		pipeline: p, inbox: inbox, progress: shown, keep: keep, reload: keep, started: time.Now(),
		stores: map[string]*object.Store{inbox.Bucket(): inbox},
	}
	return l, p.addLoad(db.Pool, func(name string) *object.Store { return l.stores[name] })
}

// watchGroups tells the progress about loaded table groups.
func (l *loader) watchGroups() {
	l.watch(func(call inprocess.Call) {
		if strings.HasPrefix(call.Function, "load-") && call.Err == nil {
			l.progress.done("table groups")
		}
	})
}

// run executes the load machine for one object.
func (l *loader) run(ctx context.Context, store *object.Store, i item) (summary.LoadedSnapshot, error) {
	name := fmt.Sprintf("%s-%d", runName("load", l.started), l.count.Add(1))
	execution, err := l.Run(ctx, l.loadMachine, name, map[string]any{"bucket": store.Bucket(), "key": i.key, "keep": l.keep, "reload": l.reload})
	if err != nil {
		return summary.LoadedSnapshot{}, err
	}
	if ctx.Err() != nil {
		return summary.LoadedSnapshot{}, ctx.Err()
	}
	result := summary.ResultOf(i.key, i.name(), execution.Describe(), execution.History())
	l.progress.done("snapshots")
	l.progress.read(result.Rows())
	l.progress.say("%s %s: %d rows", result.Status, result.Source, result.Rows())
	return result, nil
}
