package settle

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"view360/shared/fault"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/snapshot"
)

// CollectInput is the input of the settle function of the collect machine.
type CollectInput struct {
	Execution string    `json:"execution"` // ARN
	Plan      plan.Plan `json:"plan"`
	Redrives  int       `json:"redrives"` // the redrive count that was used last
}

// CollectOutput says whether to go on with Snapshots: with Again, Plan is what failed.
type CollectOutput struct {
	Retry     bool      `json:"again"`
	Plan      plan.Plan `json:"plan"`
	Redrives  int       `json:"redrives"`
	Published int       `json:"published"` // snapshots of one account, region and date
}

// CollectHandler is the settle function of the collect machine.
type CollectHandler struct {
	Executions API
	Staging    *object.Store
}

// Handle compares what was planned with what was reported. It fails with [PartialSnapshot] when a service failed or a
// snapshot was not published, and a redrive of the execution makes it hand back just that.
func (c CollectHandler) Handle(ctx context.Context, in CollectInput) (CollectOutput, error) {
	out, partial, err := c.settleRun(ctx, in)
	if err != nil {
		return CollectOutput{}, fault.Classify(err)
	}
	if partial != nil {
		return CollectOutput{}, partial
	}
	return out, nil
}

func (c CollectHandler) settleRun(ctx context.Context, in CollectInput) (CollectOutput, *Partial, error) {
	run, err := c.readRun(ctx, in.Plan.Run)
	if err != nil {
		return CollectOutput{}, nil, err
	}
	if err := c.reportLosses(ctx, in.Plan.Run); err != nil {
		return CollectOutput{}, nil, err
	}
	out := CollectOutput{Plan: in.Plan, Redrives: in.Redrives, Published: len(run.reported)}
	if len(run.failures) == 0 {
		return out, nil, nil
	}
	redrives, err := redriveCount(ctx, c.Executions, in.Execution)
	if err != nil {
		return CollectOutput{}, nil, err
	}
	if redrives <= in.Redrives {
		return CollectOutput{}, newPartial(PartialSnapshot, run.lines()), nil
	}
	out.Retry, out.Redrives = true, redrives
	out.Plan.Key = fmt.Sprintf("%splan-%d.json", snapshot.RunPrefix(in.Plan.Run), redrives)
	out.Plan.Snapshots, err = plan.WriteList(ctx, c.Staging, out.Plan.Key, func(add func(plan.Entry) error) error {
		return c.eachPlanned(ctx, in.Plan.Run, func(s plan.Entry) error {
			if narrowed, needed := run.narrow(s); needed {
				return add(narrowed)
			}
			return nil
		})
	})
	return out, nil, err
}

// run is what a run planned and reported.
type run struct {
	reported map[string]bool           // by report name
	failures map[string][]failedSource // by report name; nil services mean that nothing was published
}

type failedSource struct{ service, reason string }

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
	return r, c.eachPlanned(ctx, name, func(s plan.Entry) error {
		for _, region := range s.Regions {
			if id := reportName(s, region.Region); !r.reported[id] {
				r.failures[id] = []failedSource{{"", "not published: see the child execution of this account and date"}}
			}
		}
		return nil
	})
}

// eachPlanned streams the run's first plan.
func (c CollectHandler) eachPlanned(ctx context.Context, run string, visit func(plan.Entry) error) error {
	body, _, err := c.Staging.Open(ctx, object.Version{Key: plan.Key(run)})
	if err != nil {
		return err
	}
	defer body.Close()
	list := json.NewDecoder(body)
	if _, err := list.Token(); err != nil {
		return fmt.Errorf("reading the plan of %s: %w", run, err)
	}
	for list.More() {
		var s plan.Entry
		if err := list.Decode(&s); err != nil {
			return fmt.Errorf("reading the plan of %s: %w", run, err)
		}
		if err := visit(s); err != nil {
			return err
		}
	}
	return nil
}

// reportName returns the last part of a report's key.
func reportName(s plan.Entry, region string) string {
	in := s.Request
	in.Region = region
	name, err := in.Name()
	if err != nil {
		return "" // a plan has only dates that are dates
	}
	return name.ReportName()
}

// narrow keeps the regions and services of s that failed. A region that was not published is done again whole.
func (r run) narrow(s plan.Entry) (plan.Entry, bool) {
	regions := []plan.Region{}
	for _, region := range s.Regions {
		failed, any := r.failures[reportName(s, region.Region)]
		if !any {
			continue
		}
		if failed[0].service != "" {
			region.Sources = slices.DeleteFunc(slices.Clone(region.Sources), func(planned plan.PlannedSource) bool {
				return !slices.ContainsFunc(failed, func(f failedSource) bool { return f.service == planned.Source })
			})
		}
		regions = append(regions, region)
	}
	s.Regions = regions
	return s, len(regions) > 0
}

// groupThreshold is how many services of an account fail for one reason before they share a line: what is wrong is the account
// then, such as a role that cannot be assumed.
const groupThreshold = 5

// lines are the failures as the cause lists them: account, region, service, reason.
func (r run) lines() []string {
	type cause struct{ account, reason string }
	services, regions := map[cause][]string{}, map[cause][]string{}
	for id, failed := range r.failures {
		name, err := snapshot.ParseReportName(id)
		if err != nil {
			name = snapshot.Name{Account: id}
		}
		for _, f := range failed {
			c := cause{name.Account, f.reason}
			services[c] = append(services[c], strings.TrimSpace(name.Account+" "+name.Region+" "+f.service))
			regions[c] = append(regions[c], name.Region)
		}
	}
	var lines []string
	for c, subjects := range services {
		if len(subjects) > groupThreshold {
			where := slices.Compact(slices.Sorted(slices.Values(regions[c])))
			lines = append(lines, line("%s %d services in %s: %s", c.account, len(subjects), strings.Join(where, " "), c.reason))
			continue
		}
		for _, subject := range subjects {
			lines = append(lines, line("%s: %s", subject, c.reason))
		}
	}
	return lines
}
