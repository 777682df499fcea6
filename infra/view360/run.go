package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"view360/shared/asl"
	"view360/shared/inprocess"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/snapshot"
	"view360/shared/summary"
)

// collection is one run of the collect machine.
type collection struct {
	run       string
	execution *asl.Execution
	reports   []merge.Report
}

// collector runs the collect machine of a pipeline and shows its progress.
type collector struct {
	*pipeline
	staging  *object.Store
	progress *progress
}

// snapshotsAtOnce bounds the accounts and dates that are collected side by side in one process.
const snapshotsAtOnce = 4

// runName returns an execution name: unique, sortable, and fit for S3 keys.
func runName(what string, started time.Time) string {
	return what + "-" + started.UTC().Format("20060102T150405.000Z")
}

// collect takes the snapshots that the request asks for. After an interrupt the collection is what was published before.
func (c collector) collect(ctx context.Context, run string, request any) (collection, error) {
	c.watch((&collectWatcher{progress: c.progress, staging: c.staging}).watch)
	execution, err := c.Run(ctx, c.collectMachine, run, request)
	if err != nil {
		return collection{}, err
	}
	result := collection{run: run, execution: execution}
	if result.reports, err = c.reports(context.WithoutCancel(ctx), run); err != nil {
		return collection{}, err
	}
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	return result, result.broken()
}

func (c collector) reports(ctx context.Context, run string) (reports []merge.Report, err error) {
	err = c.staging.List(ctx, snapshot.RunPrefix(run)+"reports/", func(v object.Version) error {
		var report merge.Report
		if err := c.staging.GetJSON(ctx, v.Key, &report); err != nil {
			return err
		}
		reports = append(reports, report)
		return nil
	})
	return reports, err
}

// broken is the error of a run that came to nothing: no plan, or no snapshot at all.
func (c collection) broken() error {
	s := c.execution.Describe()
	if s.Status == asl.Succeeded || len(c.reports) > 0 {
		return nil
	}
	return fmt.Errorf("the collect execution ended with %s: %s", s.Error, summary.Reason(s.Cause))
}

// collectWatcher turns function calls into progress.
type collectWatcher struct {
	progress *progress
	staging  *object.Store

	mu   sync.Mutex
	left map[string]int // snapshots to come, by account
}

func (w *collectWatcher) watch(call inprocess.Call) {
	switch {
	case call.Function == planFunction && call.Err == nil:
		w.planned(call.Result)
	case call.Function == mergeFunction && call.Err == nil:
		w.merged(call)
	case call.Function == settleCollectFunction:
	case call.Err != nil:
		w.progress.say("%s: %v", call.Function, call.Err)
	default:
		w.progress.done("services")
	}
}

// planned sets what is to come, from the plan's list.
func (w *collectWatcher) planned(result json.RawMessage) {
	var p plan.Plan
	var list []plan.Entry
	if json.Unmarshal(result, &p) != nil || w.staging.GetJSON(context.Background(), p.Key, &list) != nil {
		return // progress is a courtesy
	}
	accounts, regions, services := map[string]int{}, 0, len(list)
	for _, s := range list {
		accounts[s.Request.Account] += len(s.Regions)
		regions += len(s.Regions)
		for _, r := range s.Regions {
			services += len(r.Sources)
		}
	}
	w.mu.Lock()
	w.left = accounts
	w.mu.Unlock()
	w.progress.expect("accounts", len(accounts))
	w.progress.expect("snapshots", regions)
	w.progress.expect("services", services)
	w.progress.say("collecting %d accounts: %d snapshots of a region, %d services", len(accounts), regions, services)
}

// snapshotDone counts a snapshot, and its account when that was the last one.
func (w *collectWatcher) snapshotDone(account string) {
	w.progress.done("snapshots")
	w.mu.Lock()
	w.left[account]--
	last := w.left[account] == 0
	w.mu.Unlock()
	if last {
		w.progress.done("accounts")
	}
}

func (w *collectWatcher) merged(call inprocess.Call) {
	var in merge.Input
	var out merge.Output
	if json.Unmarshal(call.Payload, &in) != nil || json.Unmarshal(call.Result, &out) != nil {
		return
	}
	w.snapshotDone(in.Request.Account)
	for _, r := range in.Results {
		if r.Error != "" && r.SourceName != "account" {
			w.progress.done("services")
			w.progress.note("%s %s %s failed", in.Request.Account, in.Request.Region, r.SourceName)
		}
	}
	items := 0
	for _, r := range in.Results {
		items += r.Items
	}
	w.progress.read(int64(items))
	w.progress.say("collected %s %s: %d services, %d items, %d failed", in.Request.Account, in.Request.Region, out.Services, items, out.Failed)
}
