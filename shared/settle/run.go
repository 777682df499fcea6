package settle

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/snapshot"
)

// run has the reports of a run and the failures by report name.
type run struct {
	reported map[string]bool
	failures map[string][]failedSource
	problems []string // of the plan, which no redrive repairs
}

// failedSource is a source that failed; the name is "" if the snapshot was not published.
type failedSource struct{ name, reason string }

func (c CollectHandler) readRun(ctx context.Context, name string) (run, error) {
	r := run{reported: map[string]bool{}, failures: map[string][]failedSource{}}
	err := c.Staging.List(ctx, snapshot.ReportsPrefix(name), func(v object.Version) error {
		r.reported[strings.TrimPrefix(v.Key, snapshot.ReportsPrefix(name))] = true
		return nil
	})
	if err != nil {
		return run{}, err
	}
	err = c.Staging.List(ctx, snapshot.FailedPrefix(name), func(v object.Version) error {
		var report merge.Report
		if err := c.Staging.GetJSON(ctx, v.Key, &report); err != nil {
			return err
		}
		id := strings.TrimPrefix(v.Key, snapshot.FailedPrefix(name))
		for _, o := range report.Outcomes {
			if o.Status.Info().CollectAgain {
				r.failures[id] = append(r.failures[id], failedSource{o.SourceName, o.Reason})
			}
		}
		return nil
	})
	if err != nil {
		return run{}, err
	}
	if err := c.Staging.GetJSON(ctx, snapshot.ProblemsKey(name), &r.problems); err != nil && !object.IsMissing(err) {
		return run{}, err
	}
	return r, c.visitPlan(ctx, name, func(entry plan.Entry) error {
		for _, region := range entry.Regions {
			if id := buildReportName(entry, region.Region); !r.reported[id] {
				r.failures[id] = []failedSource{{"", "not published: see the child execution of this account and date"}}
			}
		}
		return nil
	})
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
		failures, hasFailed := r.failures[buildReportName(entry, region.Region)]
		if !hasFailed {
			continue
		}
		if failures[0].name != "" {
			region.Sources = slices.DeleteFunc(slices.Clone(region.Sources), func(planned plan.PlannedSource) bool {
				return !slices.ContainsFunc(failures, func(f failedSource) bool { return f.name == planned.SourceName })
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

// groupThreshold is the number of sources of an account that may fail for one reason with a line each. More of them share
// one line, because the cause is the account's, such as a role that cannot be assumed.
const groupThreshold = 5

// listFailures returns the lines of the cause: account, region, source, and reason.
func (r run) listFailures() []string {
	type cause struct{ account, reason string }
	sources, regions := map[cause][]string{}, map[cause][]string{}
	for id, failed := range r.failures {
		name, err := snapshot.ParseReportName(id)
		if err != nil {
			name = snapshot.Name{Account: id}
		}
		for _, f := range failed {
			c := cause{name.Account, f.reason}
			sources[c] = append(sources[c], strings.TrimSpace(name.Account+" "+name.Region+" "+f.name))
			regions[c] = append(regions[c], name.Region)
		}
	}
	lines := slices.Clone(r.problems)
	for c, subjects := range sources {
		if len(subjects) > groupThreshold {
			names := slices.Compact(slices.Sorted(slices.Values(regions[c])))
			lines = append(lines, formatLine("%s %d sources in %s: %s", c.account, len(subjects), strings.Join(names, " "), c.reason))
			continue
		}
		for _, subject := range subjects {
			lines = append(lines, formatLine("%s: %s", subject, c.reason))
		}
	}
	return lines
}
