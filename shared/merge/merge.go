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

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// Input is the input of the merge function.
type Input struct {
	Request collect.Request `json:"request"`
	// Home is the home region, where the account's own part is staged.
	Home string `json:"home_region"`
	// Results are what the collectors of this run returned, or the error that the state machine caught.
	Results []Result `json:"results"`
}

// Result is one collector's outcome, or its failure.
type Result struct {
	collect.Outcome
	Error string `json:"error,omitempty"` // name of the error, such as AccessDeniedError
	Cause string `json:"cause,omitempty"` // as Lambda reports it: {"errorMessage","errorType"}
}

// Published is the output: which object was written and how the services ended.
type Published struct {
	Key      string `json:"key"`
	Bytes    int64  `json:"bytes"`
	Services int    `json:"services"`
	Failed   int    `json:"failed"`
}

// Report is how the services of one snapshot ended in one run. It is kept for Settle and for people.
type Report struct {
	Account  string            `json:"account"`
	Region   string            `json:"region"`
	Date     string            `json:"date"`
	Interval snapshot.Interval `json:"interval"`
	Key      string            `json:"key"`
	Bytes    int64             `json:"bytes"`
	Outcomes []collect.Outcome `json:"outcomes"`
}

// Handler is the merge function.
type Handler struct {
	Staging *object.Store // parts, outcomes, reports
	Data    *object.Store // published snapshots
}

// Handle publishes the snapshot whatever failed, then reports how its services ended.
func (h Handler) Handle(ctx context.Context, in Input) (Published, error) {
	published, err := h.merge(ctx, in)
	return published, fault.Classify(err)
}

func (h Handler) merge(ctx context.Context, in Input) (Published, error) {
	name, err := in.Request.Name()
	if err != nil {
		return Published{}, fault.New(fault.Invalid, "request date %q is not YYYY-MM-DD", in.Request.Date)
	}
	asked := make([]collect.Outcome, len(in.Results))
	for i, result := range in.Results {
		asked[i] = result.outcome(in.Request)
	}
	reused, err := h.reusable(ctx, name, asked)
	if err != nil {
		return Published{}, err
	}
	size, err := h.publish(ctx, name, newDocument(in.Request, append(asked, reused...)))
	if err != nil {
		return Published{}, err
	}
	report := Report{
		Account: name.Account, Region: name.Region, Date: in.Request.Date, Interval: name.Interval,
		Key: name.Key(), Bytes: size, Outcomes: asked,
	}
	failed, err := h.report(ctx, in.Request.Run, name, report)
	if err != nil {
		return Published{}, err
	}
	slog.InfoContext(ctx, "merged", "account", name.Account, "region", name.Region, "execution", in.Request.Run,
		"key", name.Key(), "bytes", size, "services", len(asked), "reused", len(reused), "failed", failed)
	return Published{Key: name.Key(), Bytes: size, Services: len(asked), Failed: failed}, nil
}

// outcome is r as an outcome: a failure that was caught becomes one with the reason that the error names.
func (r Result) outcome(request collect.Request) collect.Outcome {
	o := r.Outcome
	if o.Service == "account" {
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
	o.Reason = fault.Caught(r.Error, r.Cause)
	return o
}

// reusable are the outcomes of earlier runs for the same snapshot whose services were not asked for now, so that a run
// of one service repairs a snapshot without collecting the rest again.
func (h Handler) reusable(ctx context.Context, name snapshot.Name, asked []collect.Outcome) ([]collect.Outcome, error) {
	var keys []string
	prefix := name.StagingPrefix()
	err := h.Staging.List(ctx, prefix, func(v object.Version) error {
		word, file := path.Split(strings.TrimPrefix(v.Key, prefix))
		word = strings.TrimSuffix(word, "/")
		isAsked := slices.ContainsFunc(asked, func(o collect.Outcome) bool { return o.Service == word })
		if file == "outcome.json" && !isAsked && word != "account" {
			keys = append(keys, v.Key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	outcomes := make([]collect.Outcome, len(keys))
	group, ctx := errgroup.WithContext(ctx)
	for i, key := range keys { // at most one for each word of the catalogue
		group.Go(func() error { return h.Staging.GetJSON(ctx, key, &outcomes[i]) })
	}
	return outcomes, group.Wait()
}

// ReportKey is where a run keeps the report of one snapshot; the reports of snapshots that need attention are listed a
// second time under FailedKey, so that Settle need not read the others.
func ReportKey(runPrefix string, name snapshot.Name) string {
	return runPrefix + "reports/" + strings.TrimPrefix(name.Key(), snapshot.DataPrefix)
}

// FailedKey is the second place of a report with failures.
func FailedKey(runPrefix string, name snapshot.Name) string {
	return runPrefix + "failed/" + strings.TrimPrefix(name.Key(), snapshot.DataPrefix)
}

// report keeps how the services ended, together with those of the same run that were not asked for again, and returns
// how many of them failed.
func (h Handler) report(ctx context.Context, run string, name snapshot.Name, report Report) (failed int, err error) {
	prefix := snapshot.RunPrefix(run)
	var before Report
	if err := h.Staging.GetJSON(ctx, ReportKey(prefix, name), &before); err != nil && !object.IsMissing(err) {
		return 0, err
	}
	for _, o := range before.Outcomes {
		if !slices.ContainsFunc(report.Outcomes, func(now collect.Outcome) bool { return now.Service == o.Service }) {
			report.Outcomes = append(report.Outcomes, o)
		}
	}
	for _, o := range report.Outcomes {
		if o.Status.Failure() {
			failed++
		}
	}
	if failed > 0 {
		err = h.Staging.PutJSON(ctx, FailedKey(prefix, name), report)
	} else {
		err = h.Staging.Delete(ctx, object.Version{Key: FailedKey(prefix, name)})
	}
	if err != nil {
		return 0, err
	}
	return failed, h.Staging.PutJSON(ctx, ReportKey(prefix, name), report)
}

// sourcesOf are the catalogue's rows that fill a top-level key or a path under it.
func sourcesOf(key string) []catalog.Source {
	return slices.DeleteFunc(slices.Clone(catalog.Sources), func(s catalog.Source) bool {
		return !slices.ContainsFunc(s.Sections, func(section string) bool {
			return section == key || strings.HasPrefix(section, key+".")
		})
	})
}

// messageKey is the key of a source's messages in logs: the last part of its first section, as readers know it.
func messageKey(word string) string {
	source, known := catalog.Lookup(word)
	if !known || len(source.Sections) == 0 {
		return word
	}
	section := source.Sections[0]
	return section[strings.LastIndexByte(section, '.')+1:]
}

func describe(o collect.Outcome) string {
	return fmt.Sprintf("%s: %s", o.Status, o.Reason)
}
