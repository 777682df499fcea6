// Package plan turns a request into the list of snapshots to take: which accounts, dates and regions, and for each
// region which services with which functions. The list goes to staging/, only its key to the state machine, so that its
// size does not matter.
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
	Started time.Time       `json:"started"` // the one clock of the run (D26)
}

// Plan is where the list of snapshots is. It is the input of the Snapshots map.
type Plan struct {
	Run         string `json:"run"`
	Bucket      string `json:"bucket"`
	Key         string `json:"key"`
	Snapshots   int    `json:"snapshots"`
	Concurrency int    `json:"concurrency"`
	// Estimate is what the list asks for. Of a dry run the list is empty and the estimate is all there is.
	Estimate Estimate `json:"estimate"`
}

// Handler is the plan function.
type Handler struct {
	Settings  Settings
	Directory Directory
	Staging   *object.Store
}

// Key is where the first plan of a run is kept.
func Key(run string) string { return snapshot.RunPrefix(run) + "plan.json" }

// Handle writes the plan of one execution. Input that makes no sense is a fault.Invalid error that says what is allowed.
func (h Handler) Handle(ctx context.Context, in Input) (Plan, error) {
	plan, err := h.buildPlan(ctx, in)
	return plan, fault.Classify(err)
}

func (h Handler) buildPlan(ctx context.Context, in Input) (Plan, error) {
	job, err := h.newJob(ctx, in)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Run: in.Run, Bucket: h.Staging.Bucket(), Key: Key(in.Run), Concurrency: h.Settings.Concurrency}
	plan.Snapshots, err = WriteList(ctx, h.Staging, plan.Key, func(add func(Entry) error) error {
		return job.visitEntries(ctx, func(s Entry) error {
			plan.Estimate.addEntry(s)
			if job.request.DryRun {
				return nil
			}
			return add(s)
		})
	})
	if err == nil && job.coversOrganization() {
		err = h.Staging.PutJSON(ctx, rosterKey, job.known)
	}
	slog.InfoContext(ctx, "planned", "execution", in.Run, "accounts", len(job.accounts), "dates", len(job.dates),
		"snapshots", plan.Snapshots, "gone", len(job.gone), "paid_requests", plan.Estimate.PaidRequests)
	return plan, err
}

// job is what one execution is to do.
type job struct {
	Handler
	request  Request
	template collect.Input // what all snapshots have in common
	dates    []time.Time   // the oldest first
	accounts []account
	known    roster
	gone     []string // of the known accounts, those to mark
	started  time.Time
}

func (h Handler) newJob(ctx context.Context, in Input) (j job, err error) {
	j = job{Handler: h, started: in.Started.UTC()}
	if j.request, err = parseRequest(in.Request); err != nil {
		return job{}, err
	}
	if j.template, err = h.buildTemplate(j.request, in); err != nil {
		return job{}, err
	}
	if j.dates, err = j.request.listDates(in.Started); err != nil {
		return job{}, err
	}
	var states map[string]string
	if j.accounts, states, err = h.listAccounts(ctx, j.request); err != nil {
		return job{}, err
	}
	if !j.coversOrganization() {
		return j, nil
	}
	if j.known, err = h.readRoster(ctx); err != nil {
		return job{}, err
	}
	j.gone = j.known.updateAccounts(j.accounts, states)
	return j, nil
}

// coversOrganization reports whether the run sees the whole organization as it is now, so that what it does not see is gone.
func (j job) coversOrganization() bool {
	r := j.request
	narrowed := len(r.Accounts)+len(r.Regions)+len(r.Services) > 0 || bool(r.Resume) || bool(r.History) || r.Date != ""
	return j.Settings.Organization && !narrowed && !bool(r.DryRun)
}

// buildTemplate is what all snapshots of the run have in common.
func (h Handler) buildTemplate(request Request, in Input) (collect.Input, error) {
	interval, err := request.parseInterval()
	if err != nil {
		return collect.Input{}, err
	}
	all, err := request.wantsAllResources()
	if err != nil {
		return collect.Input{}, err
	}
	return collect.Input{Run: in.Run, Interval: interval, AllResources: all, Now: in.Started.UTC(), Options: h.Settings.Options}, nil
}

// visitEntries visits the snapshots to take, by account, the oldest date first.
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

// listEntries are those that the request asks for, whatever is there already.
func (j job) listEntries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, a := range j.accounts {
			for i, date := range j.dates {
				s := j.buildEntry(j.template, j.request, a, date, j.countEarlierDays(i), j.started)
				if len(s.Regions) > 0 && !yield(s) {
					return
				}
			}
		}
		for _, id := range j.gone {
			if !yield(j.buildFinalEntry(j.template, id, j.known[id], j.dates[0], j.started)) {
				return
			}
		}
	}
}
