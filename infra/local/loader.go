package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"view360/shared/asl"
	"view360/shared/inprocess"
	"view360/shared/load"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// loader runs the load machine of a deployment and tells how far it is.
type loader struct {
	*deployment
	inbox    *object.Store // where files become objects
	stores   map[string]*object.Store
	progress *progress
	keep     bool // leave objects and files where they are
	reload   bool // load what the ledger says is loaded
	started  time.Time
	count    atomic.Int64 // of executions
}

// newLoader adds the load machine to a deployment, into db. Objects of other buckets than inbox are reached once a store
// for them is added.
func newLoader(d *deployment, db *database, inbox *object.Store, shown *progress, keep bool) (*loader, error) {
	l := &loader{
		deployment: d, inbox: inbox, progress: shown, keep: keep, reload: keep, started: time.Now(),
		stores: map[string]*object.Store{inbox.Bucket(): inbox},
	}
	return l, d.addLoad(db.Pool, func(name string) *object.Store { return l.stores[name] })
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
func (l *loader) run(ctx context.Context, store *object.Store, i item) (snapshotResult, error) {
	name := fmt.Sprintf("%s-%d", runName("load", l.started), l.count.Add(1))
	execution, err := l.Run(ctx, l.loads, name, map[string]any{"bucket": store.Bucket(), "key": i.key, "keep": l.keep, "reload": l.reload})
	if err != nil {
		return snapshotResult{}, err
	}
	if ctx.Err() != nil {
		return snapshotResult{}, ctx.Err()
	}
	result := resultOf(i, execution)
	l.progress.done("snapshots")
	l.progress.say("%s %s: %d rows", result.Status, result.Source, result.rows())
	return result, nil
}

// loadedState is what the last state of the machine that got so far knows.
type loadedState struct {
	Index   snapshot.Index `json:"index"`
	Results []struct {
		load.Result
		Error string `json:"error"`
	} `json:"results"`
}

// resultOf reads an execution as the user wants to know it.
func resultOf(i item, x *asl.Execution) snapshotResult {
	end := x.Describe()
	result := snapshotResult{Key: i.key, Source: i.name(), Status: loaded, Tables: map[string]counts{}}
	switch {
	case end.Status == asl.Succeeded:
	case end.Error == "View360.RejectedSnapshot":
		result.Status, result.Reason = rejected, end.Cause
	case end.Error == "View360.PartialLoad":
		result.Status, result.Reason = partial, lambdaMessage(end.Cause)
	default:
		result.Status, result.Reason = failed, lambdaMessage(end.Cause)
	}
	state := lastState(x)
	for _, r := range state.Results {
		for table, c := range r.Tables {
			result.Tables[table] = counts(c)
		}
		for _, reject := range r.Rejects {
			result.Rejects = append(result.Rejects, fmt.Sprintf("%s %s: %s", reject.Place(), reject.Column, reject.Reason))
		}
	}
	for _, p := range state.Index.Problems {
		result.NotLoaded = append(result.NotLoaded, p.Section+" ("+p.Reason+")")
	}
	for _, key := range state.Index.Unknown {
		result.NotLoaded = append(result.NotLoaded, key+" (not a section of the contract)")
	}
	if len(state.Index.Problems) > 0 && result.Status == loaded {
		result.Status, result.Reason = partial, "some sections are of the wrong kind"
	}
	return result
}

// lastState finds the newest index and results in the execution's history.
func lastState(x *asl.Execution) loadedState {
	var state loadedState
	for _, event := range x.History() {
		d := event.Details
		if event.Type == "TaskStateExited" && d.Name != "Load" || event.Type == "MapStateExited" {
			_ = json.Unmarshal([]byte(d.Output), &state) // outputs that say something else are left alone
		}
	}
	return state
}

func (r snapshotResult) rows() (rows int64) {
	for _, c := range r.Tables {
		rows += c.Read
	}
	return rows
}
