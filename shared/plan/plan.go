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
	plan, err := h.plan(ctx, in)
	return plan, fault.Classify(err)
}

func (h Handler) plan(ctx context.Context, in Input) (Plan, error) {
	job, err := h.job(ctx, in)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Run: in.Run, Bucket: h.Staging.Bucket(), Key: Key(in.Run), Concurrency: h.Settings.Concurrency}
	plan.Snapshots, err = WriteList(ctx, h.Staging, plan.Key, func(add func(Snapshot) error) error {
		return job.each(ctx, func(s Snapshot) error {
			plan.Estimate.add(s)
			if job.request.DryRun {
				return nil
			}
			return add(s)
		})
	})
	if err == nil && job.remembers() {
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

func (h Handler) job(ctx context.Context, in Input) (j job, err error) {
	j = job{Handler: h, started: in.Started.UTC()}
	if j.request, err = decode(in.Request); err != nil {
		return job{}, err
	}
	if j.template, err = h.template(j.request, in); err != nil {
		return job{}, err
	}
	if j.dates, err = j.request.dates(in.Started); err != nil {
		return job{}, err
	}
	var states map[string]string
	if j.accounts, states, err = h.accounts(ctx, j.request); err != nil {
		return job{}, err
	}
	if !j.remembers() {
		return j, nil
	}
	if j.known, err = h.readRoster(ctx); err != nil {
		return job{}, err
	}
	j.gone = j.known.update(j.accounts, states)
	return j, nil
}

// remembers reports whether the run sees the whole organization as it is now, so that what it does not see is gone.
func (j job) remembers() bool {
	r := j.request
	narrowed := len(r.Accounts)+len(r.Regions)+len(r.Services) > 0 || bool(r.Resume) || bool(r.History) || r.Date != ""
	return j.Settings.Organization && !narrowed && !bool(r.DryRun)
}

// template is what all snapshots of the run have in common.
func (h Handler) template(request Request, in Input) (collect.Input, error) {
	interval, err := request.interval()
	if err != nil {
		return collect.Input{}, err
	}
	all, err := request.allResources()
	if err != nil {
		return collect.Input{}, err
	}
	return collect.Input{Run: in.Run, Interval: interval, AllResources: all, Now: in.Started.UTC(), Options: h.Settings.Options}, nil
}

// each visits the snapshots to take, by account, the oldest date first.
func (j job) each(ctx context.Context, visit func(Snapshot) error) error {
	if !j.request.Resume {
		for s := range j.snapshots() {
			if err := visit(s); err != nil {
				return err
			}
		}
		return nil
	}
	return j.eachMissing(ctx, visit)
}

// snapshots are those that the request asks for, whatever is there already.
func (j job) snapshots() iter.Seq[Snapshot] {
	return func(yield func(Snapshot) bool) {
		for _, a := range j.accounts {
			for i, date := range j.dates {
				s := j.snapshot(j.template, j.request, a, date, j.span(i), j.started)
				if len(s.Regions) > 0 && !yield(s) {
					return
				}
			}
		}
		for _, id := range j.gone {
			if !yield(j.mark(j.template, id, j.known[id], j.dates[0], j.started)) {
				return
			}
		}
	}
}
