// Package merge assembles the parts of one account and region into the snapshot object. Sections are copied from the
// staged parts as a stream, so that the size of a snapshot does not matter to memory.
package merge

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/metrics"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// Input is the input of the merge function.
type Input struct {
	Request collect.Input `json:"request"`
	// Home is the home region, where the account's own part is staged.
	Home string `json:"home_region"`
	// Results are what the collectors of this run returned, or the error that the state machine caught.
	Results []CollectorResult `json:"results"`
}

// CollectorResult is one collector's outcome, or its failure.
type CollectorResult struct {
	collect.Outcome
	Error string `json:"error,omitempty"` // name of the error, such as AccessDeniedError
	Cause string `json:"cause,omitempty"` // as Lambda reports it: {"errorMessage","errorType"}
}

// Output is the output: which object was written and how the services ended.
type Output struct {
	Key      string `json:"key"`
	Bytes    int64  `json:"bytes"`
	Services int    `json:"services"`
	Failed   int    `json:"failed"`
}

// Handler is the merge function.
type Handler struct {
	Staging *object.Store // parts, outcomes, reports
	Data    *object.Store // published snapshots
}

// Handle publishes the snapshot whatever failed, then reports how its services ended.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	published, err := h.merge(ctx, in)
	return published, fault.Classify(err)
}

func (h Handler) merge(ctx context.Context, in Input) (Output, error) {
	request := in.Request
	name, err := request.Name()
	if err != nil {
		return Output{}, fault.New(fault.Invalid, "request date %q is not YYYY-MM-DD", request.Date)
	}
	asked := in.Outcomes()
	size, reused, err := h.publish(ctx, request, name, asked)
	if err != nil {
		return Output{}, err
	}
	report := Report{
		Account: name.Account, Region: name.Region, Date: request.Date, Interval: name.Interval,
		Key: name.Key(), Bytes: size, Outcomes: asked,
	}
	if report.Earlier, err = h.publishEarlier(ctx, request, asked); err != nil {
		return Output{}, err
	}
	failed, err := h.report(ctx, request.Run, name, report)
	if err != nil {
		return Output{}, err
	}
	slog.InfoContext(ctx, "merged", "account", name.Account, "region", name.Region, "execution", request.Run, "key", name.Key(),
		"bytes", size, "services", len(asked), "reused", reused, "failed", failed, "earlier", len(report.Earlier), metrics.BuildAttr(metrics.Merged))
	published := Output{Key: name.Key(), Bytes: size, Services: len(asked), Failed: failed}
	return published, h.Staging.PutJSON(ctx, name.PublishedKey(), published)
}

// publish writes the snapshot from what was asked for and what is staged besides, and returns its size in bytes and how
// many sources were staged. Two runs may be at work on one snapshot, such as a backfill's day and the span of days that
// brings its cost: whoever finds something new after writing writes again, so that the last one to write has seen all.
func (h Handler) publish(ctx context.Context, request collect.Input, name snapshot.Name, asked []collect.Outcome) (size int64, reused int, err error) {
	found, err := h.staged(ctx, name, asked)
	if err != nil {
		return 0, 0, err
	}
	for {
		outcomes, err := h.read(ctx, found)
		if err != nil {
			return 0, 0, err
		}
		size, err := h.write(ctx, name, newDocument(request, append(slices.Clone(asked), outcomes...)))
		if err != nil {
			return 0, 0, err
		}
		before := found
		if found, err = h.staged(ctx, name, asked); err != nil || slices.Equal(before, found) {
			return size, len(outcomes), err
		}
	}
}

// Outcomes are how the collectors of this run ended, in the order of Results.
func (in Input) Outcomes() []collect.Outcome {
	outcomes := make([]collect.Outcome, len(in.Results))
	for i, result := range in.Results {
		outcomes[i] = result.outcome(in.Request)
	}
	return outcomes
}

// outcome is r as an outcome: a failure that was caught becomes one with the reason that the error names.
func (r CollectorResult) outcome(request collect.Input) collect.Outcome {
	o := r.Outcome
	if o.SourceName == "account" {
		o.Region = request.Region // collected once, part of every region's snapshot
	}
	if r.Error == "" {
		return o
	}
	o.Account, o.Region, o.Run, o.CollectedAt = request.Account, request.Region, request.Run, request.Now
	o.Status = collect.Failed
	if r.Error == "AccessDeniedError" {
		o.Status = collect.Denied
	}
	o.Reason = explainAssumeRole(fault.CauseMessage(r.Error, r.Cause), request)
	return o
}

// explainAssumeRole says what to do about a member role that cannot be assumed. AWS does not tell a missing role, a trust policy
// and an external id apart.
func explainAssumeRole(reason string, request collect.Input) string {
	if reason != "denied sts:AssumeRole" || request.Role == nil {
		return reason
	}
	problem := "the role is missing or its trust policy does not name this deployment"
	if request.Role.ExternalID != "" {
		problem += " with its external id"
	}
	return fmt.Sprintf("%s of %s: %s", reason, request.Role.ARN, problem)
}

// stagedOutcome is a source's outcome in staging; a later run of the source gives it another ETag.
type stagedOutcome struct{ key, etag string }

// staged are the outcomes for the snapshot, of this run and earlier ones, whose services were not asked for now: so that
// a run of one service repairs a snapshot without collecting the rest again.
func (h Handler) staged(ctx context.Context, name snapshot.Name, asked []collect.Outcome) ([]stagedOutcome, error) {
	var found []stagedOutcome
	prefix := name.StagingPrefix()
	err := h.Staging.List(ctx, prefix, func(v object.Version) error {
		word, file := path.Split(strings.TrimPrefix(v.Key, prefix))
		word = strings.TrimSuffix(word, "/")
		isAsked := slices.ContainsFunc(asked, func(o collect.Outcome) bool { return o.SourceName == word })
		if file == "outcome.json" && !isAsked {
			found = append(found, stagedOutcome{v.Key, v.ETag})
		}
		return nil
	})
	return found, err
}

func (h Handler) read(ctx context.Context, staged []stagedOutcome) ([]collect.Outcome, error) {
	outcomes := make([]collect.Outcome, len(staged))
	group, ctx := errgroup.WithContext(ctx)
	for i, s := range staged { // at most one for each word of the catalogue
		group.Go(func() error { return h.Staging.GetJSON(ctx, s.key, &outcomes[i]) })
	}
	return outcomes, group.Wait()
}
