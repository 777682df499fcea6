package settle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/snapshot"
)

// run is what became of the plan of a run.
type run struct {
	reported map[string]bool     // by report name
	failed   map[string][]string // sources that failed, by report name; none of them: the snapshot was not published
	causes   causes
	problems []string // of the plan, which no redrive repairs
}

// unpublished is the reason of a snapshot without a report.
const unpublished = "not published: see the child execution of this account and date"

// reportsAtOnce is the number of reports to read side by side: one takes about 15 ms, and a run in which everything fails
// has one for each of 3,000 accounts × 17 regions.
const reportsAtOnce = 64

func (c CollectHandler) readRun(ctx context.Context, name string) (run, error) {
	r := run{reported: map[string]bool{}, failed: map[string][]string{}, causes: causes{}}
	err := c.Staging.List(ctx, snapshot.ReportsPrefix(name), func(v object.Version) error {
		r.reported[strings.TrimPrefix(v.Key, snapshot.ReportsPrefix(name))] = true
		return nil
	})
	if err != nil {
		return run{}, err
	}
	if err := c.readFailures(ctx, name, &r); err != nil {
		return run{}, err
	}
	if err := c.Staging.GetJSON(ctx, snapshot.ProblemsKey(name), &r.problems); err != nil && !object.IsMissing(err) {
		return run{}, err
	}
	return r, c.visitPlan(ctx, name, func(entry plan.Entry) error {
		for _, region := range entry.Regions {
			if id := buildReportName(entry, region.Region); !r.reported[id] {
				r.failed[id] = nil
				r.causes.add(parseReportName(id), "", unpublished)
			}
		}
		return nil
	})
}

// readFailures adds the sources that failed, and their causes, to r.
func (c CollectHandler) readFailures(ctx context.Context, name string, r *run) error {
	var mu sync.Mutex
	lists := map[string][]string{} // of sources, once each: most regions fail alike
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(reportsAtOnce)
	err := c.Staging.List(ctx, snapshot.FailedPrefix(name), func(v object.Version) error {
		group.Go(func() error {
			var report merge.Report
			if err := c.Staging.GetJSON(groupCtx, v.Key, &report); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			id := strings.TrimPrefix(v.Key, snapshot.FailedPrefix(name))
			var sources []string
			for _, o := range report.Outcomes {
				if o.Status.Info().CollectAgain {
					sources = append(sources, o.SourceName)
					r.causes.add(parseReportName(id), o.SourceName, o.Reason)
				}
			}
			if len(sources) == 0 {
				return nil
			}
			same := strings.Join(sources, " ")
			if lists[same] == nil {
				lists[same] = sources
			}
			r.failed[id] = lists[same]
			return nil
		})
		return groupCtx.Err()
	})
	return errors.Join(err, group.Wait())
}

func parseReportName(id string) snapshot.Name {
	name, err := snapshot.ParseReportName(id)
	if err != nil {
		return snapshot.Name{Account: id}
	}
	return name
}

// visitPlan calls visit with every entry of the run's first plan.
func (c CollectHandler) visitPlan(ctx context.Context, run string, visit func(plan.Entry) error) error {
	body, _, err := c.Staging.Open(ctx, object.Version{Key: snapshot.PlanKey(run, 0)})
	if err != nil {
		return err
	}
	defer body.Close()
	list := json.NewDecoder(body)
	if _, err := list.Token(); err != nil {
		return fmt.Errorf("reading the plan of %s: %w", run, err)
	}
	for list.More() {
		var entry plan.Entry
		if err := list.Decode(&entry); err != nil {
			return fmt.Errorf("reading the plan of %s: %w", run, err)
		}
		if err := visit(entry); err != nil {
			return err
		}
	}
	return nil
}

// keepFailed returns the entry with only the regions and sources that failed, and whether there are any. A region that was
// not published keeps all its sources.
func (r run) keepFailed(entry plan.Entry) (failed plan.Entry, found bool) {
	regions := []plan.Region{}
	for _, region := range entry.Regions {
		failed, hasFailed := r.failed[buildReportName(entry, region.Region)]
		if !hasFailed {
			continue
		}
		if len(failed) > 0 {
			region.Sources = slices.DeleteFunc(slices.Clone(region.Sources), func(planned plan.PlannedSource) bool {
				return !slices.Contains(failed, planned.SourceName)
			})
		}
		regions = append(regions, region)
	}
	entry.Regions = regions
	return entry, len(regions) > 0
}

// buildReportName returns the last part of a report's key.
func buildReportName(entry plan.Entry, region string) string {
	in := entry.Request
	in.Region = region
	name, err := in.Name()
	if err != nil {
		return "" // the dates of a plan are valid
	}
	return name.ReportName()
}

// listFailures returns the lines of the cause: problems of the plan, then a line for each reason.
func (r run) listFailures() []string {
	return append(slices.Clone(r.problems), r.causes.listLines()...)
}
