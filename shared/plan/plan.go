// Package plan expands a request into a list of plan entries, one for each account and date, with the regions and the
// sources to collect in each. The list is stored under staging/, and the state machine gets its key, so that the list may
// have any size.
package plan

import (
	"context"
	"encoding/json"
	"iter"
	"log/slog"
	"time"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// Input is the input of the plan function.
type Input struct {
	Request json.RawMessage `json:"request"` // the execution's input, see [Request]
	Run     string          `json:"run"`     // the execution's name
	Started time.Time       `json:"started"` // the run's only time (D26)
}

// Plan locates the list of plan entries. It is the input of the state machine's Snapshots map.
type Plan struct {
	Run         string `json:"run"`
	Bucket      string `json:"bucket"`
	Key         string `json:"key"`
	Snapshots   int    `json:"snapshots"`
	Concurrency int    `json:"concurrency"`
	Redrives    int    `json:"redrives"` // the execution's redrive count that settle used last
	// Estimate sums up the list. In a dry run the list is empty, and the estimate is that of a real run.
	Estimate Estimate `json:"estimate"`
}

// Handler is the plan function.
type Handler struct {
	Settings  Settings
	Directory Directory
	Quota     Quota // nil: functions run without Lambda
	Staging   *object.Store
}

// Handle writes the plan of one execution. Its errors are those of package fault; for an invalid request, outcome.Invalid
// with the allowed values.
func (h Handler) Handle(ctx context.Context, in Input) (Plan, error) {
	plan, err := h.buildPlan(ctx, in)
	return plan, fault.Classify(err)
}

func (h Handler) buildPlan(ctx context.Context, in Input) (Plan, error) {
	job, err := h.newJob(ctx, in)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Run: in.Run, Bucket: h.Staging.Bucket(), Key: snapshot.PlanKey(in.Run, 0), Concurrency: job.atOnce.entries}
	plan.Snapshots, err = WriteList(ctx, h.Staging, plan.Key, func(add func(Entry) error) error {
		var size listSize
		return job.visitEntries(ctx, func(s Entry) error {
			plan.Estimate.addEntry(s)
			if err := size.addEntry(s); err != nil {
				return err
			}
			if job.request.DryRun {
				return nil
			}
			return add(s)
		})
	})
	if err == nil {
		err = job.checkPromises(ctx, plan)
	}
	if err == nil && job.coversOrganization() {
		err = job.writeRoster(ctx, in.Run)
	}
	if err == nil && job.takesPeriods() {
		err = job.writeTakes(ctx, in.Run, plan.Snapshots)
	}
	slog.InfoContext(ctx, "planned", "execution", in.Run, "accounts", len(job.accounts), "dates", len(job.dates),
		"snapshots", plan.Snapshots, "gone", len(job.gone), "paid_requests", plan.Estimate.PaidRequests)
	return plan, err
}

// job is the work of one execution.
type job struct {
	Handler
	request  Request
	template collect.Input // values that all entries share
	dates    []time.Time   // oldest first
	settling []settling
	accounts []account
	// problems are promises of the run that it cannot keep, for the operator. Settle fails with them.
	problems []string
	known    roster
	gone     []string  // known accounts that left or are not active anymore
	before   time.Time // periods that ended before it are complete
	// present is the time whose state the run reads: a late start still describes the state of its scheduled time.
	present time.Time
	atOnce  concurrency
}

// newJob validates the request and reads the accounts to plan for.
func (h Handler) newJob(ctx context.Context, in Input) (j job, err error) {
	j = job{Handler: h}
	if j.request, err = parseRequest(in.Request); err != nil {
		return job{}, err
	}
	if j.template, err = h.buildTemplate(j.request, in); err != nil {
		return job{}, err
	}
	if h.Settings.Organization {
		if j.known, err = h.readRoster(ctx); err != nil {
			return job{}, err
		}
	}
	var members map[string]Member
	if j.accounts, members, err = h.listAccounts(ctx, j.request, j.known); err != nil {
		return job{}, err
	}
	if err = j.chooseDates(ctx, in); err != nil {
		return job{}, err
	}
	j.problems = append(j.problems, h.listProblems(j.request, j.accounts)...)
	if j.atOnce, err = h.readConcurrency(ctx, len(j.accounts)*len(j.dates)); err != nil {
		return job{}, err
	}
	if !j.coversOrganization() {
		return j, nil
	}
	j.gone, err = h.readGone(ctx, in.Run)
	j.gone = append(j.gone, j.known.updateAccounts(j.accounts, members)...)
	return j, err
}

// maxDelay is how late a run may start and still describe the state of its scheduled time.
const maxDelay = 24 * time.Hour

// chooseDates sets the dates that the request names, or those of the periods that are due.
func (j *job) chooseDates(ctx context.Context, in Input) (err error) {
	if j.before, err = j.request.findTime(in.Started); err != nil {
		return err
	}
	j.present = j.before
	if in.Started.Sub(j.before) > maxDelay {
		j.present = in.Started.UTC()
	}
	if j.request.hasDates() {
		j.dates, err = j.request.listDates(in.Started)
		return err
	}
	all, err := readLedgers(ctx, j.Staging)
	if err != nil {
		return err
	}
	known := all[j.findScope()]
	var problem string
	j.dates, problem = known.listUntaken(j.request, j.template.Interval, in.Run, j.before)
	if problem != "" {
		j.problems = append(j.problems, problem)
	}
	if j.template.Interval == snapshot.Daily && !j.request.isNarrowed() {
		j.settling = known.listSettling(j.dates, j.Settings.countSettleDays())
	}
	return nil
}

// takesPeriods reports whether the run counts as the one that took its periods.
func (j job) takesPeriods() bool {
	r := j.request
	return len(j.dates) > 0 && !r.hasDates() && !r.isNarrowed() && !bool(r.DryRun)
}

// coversOrganization reports whether the run covers the whole organization as it is now, so that a known account that it
// does not find is gone.
func (j job) coversOrganization() bool {
	r := j.request
	return j.Settings.Organization && !r.isNarrowed() && !r.hasDates() && !bool(r.Resume) && !bool(r.DryRun)
}

// buildTemplate returns the values that all entries of the run share.
func (h Handler) buildTemplate(request Request, in Input) (collect.Input, error) {
	interval, err := request.parseInterval()
	if err != nil {
		return collect.Input{}, err
	}
	all, err := request.wantsAllResources()
	if err != nil {
		return collect.Input{}, err
	}
	return collect.Input{Run: in.Run, Resume: bool(request.Resume), Interval: interval, AllResources: all, Now: in.Started.UTC(), Options: h.Settings.Options}, nil
}

// visitEntries calls visit for the entries of the plan, by account, oldest date first.
func (j job) visitEntries(ctx context.Context, visit func(Entry) error) error {
	if !j.request.Resume {
		for s := range j.listEntries() {
			if err := visit(s); err != nil {
				return err
			}
		}
		return nil
	}
	return j.visitMissing(ctx, visit)
}

// listEntries returns the requested entries, including those that are already staged.
func (j job) listEntries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, a := range j.accounts {
			for i, date := range j.dates {
				if !j.yieldEntry(j.buildEntry(j.template, j.request, a, date, j.countEarlierDays(i), j.present), yield) {
					return
				}
			}
			for _, period := range j.settling {
				if !j.yieldEntry(j.buildSettlingEntry(period, a), yield) {
					return
				}
			}
		}
		for _, id := range j.gone {
			if !yield(j.buildFinalEntry(j.template, id, j.known[id], j.findFinalDate(), j.present)) {
				return
			}
		}
	}
}

// yieldEntry yields an entry that has something to collect.
func (j job) yieldEntry(s Entry, yield func(Entry) bool) bool {
	s.RegionsAtOnce, s.ServicesAtOnce = j.atOnce.limitEntry(j.Settings, len(s.Regions))
	return len(s.Regions) == 0 || yield(s)
}

// findFinalDate returns the date of the last snapshots of accounts that are gone.
func (j job) findFinalDate() time.Time {
	return snapshot.LastComplete(j.template.Interval, j.before).NameDate(j.template.Interval)
}
