package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"view360/shared/asl"
	"view360/shared/fault"
	"view360/shared/inprocess"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/settle"
	"view360/shared/snapshot"
	"view360/shared/summary"
)

// collectResult is the result of one run of the collect machine.
type collectResult struct {
	run       string
	execution *asl.Execution
	reports   []merge.Report
	// undelivered is what the run was asked for and has not published.
	undelivered []string
}

// collectRunner runs the collect machine of a pipeline and shows its progress.
type collectRunner struct {
	*pipeline
	staging  *object.Store
	progress *progress
	// deliver, if set, is called after every publication.
	deliver func(context.Context) error
}

// snapshotsAtOnce bounds the accounts and dates that are collected side by side in one process.
const snapshotsAtOnce = 4

// runName returns an execution name: unique, sortable, and fit for S3 keys.
func runName(what string, started time.Time) string {
	return what + "-" + started.UTC().Format("20060102T150405.000Z")
}

// runMachine collects what the request asks for. After an interrupt, the result has what was published before.
func (c collectRunner) runMachine(ctx context.Context, run string, request any) (collectResult, error) {
	watcher := &collectWatcher{progress: c.progress, staging: c.staging}
	c.watchCalls(func(call inprocess.Call) {
		watcher.countCall(call)
		if c.deliver == nil || call.Function != mergeFunction || call.Err != nil {
			return
		}
		if err := c.deliver(context.WithoutCancel(ctx)); err != nil {
			c.progress.printStep("%v", err) // delivered again at the end, which then fails
		}
	})
	execution, err := c.Run(ctx, c.collectMachine, run, request)
	if err != nil {
		return collectResult{}, err
	}
	result := collectResult{run: run, execution: execution}
	if result.reports, err = c.listReports(context.WithoutCancel(ctx), run); err != nil {
		return collectResult{}, err
	}
	if result.undelivered, err = settle.ListUndelivered(context.WithoutCancel(ctx), c.staging, run); err != nil {
		return collectResult{}, err
	}
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	return result, result.checkUsable()
}

// summarize returns the summary of the run.
func (c collectResult) summarize(took time.Duration) summary.CollectRun {
	s := summary.NewCollectRun(c.run, c.reports, took)
	s.Undelivered = c.undelivered
	return s
}

func (c collectRunner) listReports(ctx context.Context, run string) (reports []merge.Report, err error) {
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

// checkUsable returns an error if the run has no snapshot at all.
func (c collectResult) checkUsable() error {
	s := c.execution.Describe()
	if s.Status == asl.Succeeded || len(c.reports) > 0 {
		return nil
	}
	return fmt.Errorf("the collect execution ended with %s: %s", s.Error, fault.CauseMessage("", s.Cause))
}

// collectWatcher turns function calls into progress.
type collectWatcher struct {
	progress *progress
	staging  *object.Store

	mu   sync.Mutex
	left map[string]int // snapshots to come, by account
}

func (w *collectWatcher) countCall(call inprocess.Call) {
	switch {
	case call.Function == planFunction && call.Err == nil:
		w.countPlan(call.Result)
	case call.Function == mergeFunction && call.Err == nil:
		w.countMerge(call)
	case call.Function == settleCollectFunction:
	case errors.Is(call.Err, context.Canceled): // the end of the command says once that it was interrupted
	case call.Err != nil:
		w.progress.printStep("%s: %v", call.Function, call.Err)
	default:
		w.progress.countPiece("services")
	}
}

// countPlan sets the expected pieces from the plan's list.
func (w *collectWatcher) countPlan(result json.RawMessage) {
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
	w.progress.expectPieces("accounts", len(accounts))
	w.progress.expectPieces("snapshots", regions)
	w.progress.expectPieces("services", services)
	w.progress.printStep("collecting %d accounts: %d snapshots of a region, %d services", len(accounts), regions, services)
}

// countSnapshot counts a snapshot, and its account when that was the last one.
func (w *collectWatcher) countSnapshot(account string) {
	w.progress.countPiece("snapshots")
	w.mu.Lock()
	w.left[account]--
	last := w.left[account] == 0
	w.mu.Unlock()
	if last {
		w.progress.countPiece("accounts")
	}
}

func (w *collectWatcher) countMerge(call inprocess.Call) {
	var in merge.Input
	var out merge.Output
	if json.Unmarshal(call.Payload, &in) != nil || json.Unmarshal(call.Result, &out) != nil {
		return
	}
	w.countSnapshot(in.Request.Account)
	for _, r := range in.Results {
		if r.Error != "" && r.SourceName != "account" {
			w.progress.countPiece("services")
			w.progress.printNote("%s %s %s failed", in.Request.Account, in.Request.Region, r.SourceName)
		}
	}
	items := 0
	for _, r := range in.Results {
		items += r.Items
	}
	w.progress.countRows(int64(items))
	w.progress.printStep("collected %s %s: %d services, %d items, %d failed", in.Request.Account, in.Request.Region, out.Services, items, out.Failed)
}
