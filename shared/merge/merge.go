// Package merge assembles the parts of one account and region into the snapshot object. Sections are copied from the
// staged parts as a stream, so that memory does not grow with the snapshot.
package merge

import (
	"context"
	"log/slog"
	"slices"

	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/metrics"
	"view360/shared/object"
	"view360/shared/outcome"
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

// Output is the output: which object was written and how the sources ended.
type Output struct {
	Key      string `json:"key"`
	Bytes    int64  `json:"bytes"`
	Services int    `json:"services"`
	Failed   int    `json:"failed"`
}

// Published is the file beside the parts of a snapshot that says from which of them it was published: the ETag of each
// source's output.
type Published struct {
	Output
	Sources map[string]string `json:"sources"`
}

// Handler is the merge function.
type Handler struct {
	Staging *object.Store // parts, outcomes, reports
	Data    *object.Store // published snapshots
}

// Handle publishes the snapshot even if sources failed, then reports how its sources ended.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	published, err := h.mergeParts(ctx, in)
	return published, fault.Classify(err)
}

func (h Handler) mergeParts(ctx context.Context, in Input) (Output, error) {
	name, err := in.Request.Name()
	if err != nil {
		return Output{}, fault.New(outcome.Invalid, "request date %q is not YYYY-MM-DD", in.Request.Date)
	}
	asked, err := h.readOutputs(ctx, in)
	if err != nil {
		return Output{}, err
	}
	before, err := h.readPublished(ctx, name)
	if err != nil {
		return Output{}, err
	}
	size, reused, err := h.publishDocument(ctx, in.Request, name, asked)
	if err != nil {
		return Output{}, err
	}
	report := Report{
		Account: name.Account, Region: name.Region, Date: in.Request.Date, Interval: name.Interval,
		Key: name.Key(), Bytes: size, Outcomes: toOutcomes(asked),
	}
	if report.Earlier, err = h.publishEarlier(ctx, in.Request, append(slices.Clone(asked), before.listNew(reused)...)); err != nil {
		return Output{}, err
	}
	failed, err := h.writeReport(ctx, in.Request.Run, name, report)
	if err != nil {
		return Output{}, err
	}
	if err := h.trackLosses(ctx, in.Request, report.Outcomes); err != nil {
		return Output{}, err
	}
	slog.InfoContext(ctx, "merged", "account", name.Account, "region", name.Region, "execution", in.Request.Run, "key", name.Key(),
		"bytes", size, "services", len(asked), "reused", len(reused), "failed", failed, "earlier", len(report.Earlier), metrics.BuildAttr(metrics.Merged))
	published := Output{Key: name.Key(), Bytes: size, Services: len(asked), Failed: failed}
	return published, h.writePublished(ctx, name, published)
}

// readPublished returns what the snapshot was published from before, nothing if it was not.
func (h Handler) readPublished(ctx context.Context, name snapshot.Name) (p Published, err error) {
	if err := h.Staging.GetJSON(ctx, name.PublishedKey(), &p); err != nil && !object.IsMissing(err) {
		return Published{}, err
	}
	return p, nil
}

// writePublished records that the snapshot was published from all that is staged for it.
func (h Handler) writePublished(ctx context.Context, name snapshot.Name, o Output) error {
	staged, err := h.listStaged(ctx, name, nil)
	if err != nil {
		return err
	}
	p := Published{Output: o, Sources: map[string]string{}}
	for _, s := range staged {
		p.Sources[s.source] = s.etag
	}
	return h.Staging.PutJSON(ctx, name.PublishedKey(), p)
}

// listNew returns the staged outputs that the snapshot was not published from: those of a run that was killed before it
// merged them.
func (p Published) listNew(staged []stagedOutput) (outputs []collect.Output) {
	for _, s := range staged {
		if p.Sources[s.source] != s.etag {
			outputs = append(outputs, s.Output)
		}
	}
	return outputs
}

// publishDocument writes the snapshot from the outputs of this run and those staged besides, and returns its size in bytes and
// those that were staged. Two runs may be at work on one snapshot, such as a backfill's day and the later day that brings
// its cost: a run that finds new outputs after writing writes again, so that the last one to write has seen all.
func (h Handler) publishDocument(ctx context.Context, in collect.Input, name snapshot.Name, asked []collect.Output) (size int64, reused []stagedOutput, err error) {
	found, err := h.listStaged(ctx, name, asked)
	if err != nil {
		return 0, nil, err
	}
	for {
		if err := h.readStaged(ctx, found); err != nil {
			return 0, nil, err
		}
		all := slices.Clone(asked)
		for _, s := range found {
			all = append(all, s.Output)
		}
		size, err := h.writeDocument(ctx, name, newDocument(in, all))
		if err != nil {
			return 0, nil, err
		}
		before := found
		found, err = h.listStaged(ctx, name, asked)
		if err != nil || slices.EqualFunc(before, found, func(a, b stagedOutput) bool { return a.key == b.key && a.etag == b.etag }) {
			return size, before, err
		}
	}
}

// stagedOutput is a source's output in staging; a later run of the source gives it another ETag.
type stagedOutput struct {
	source, key, etag string
	collect.Output
}

// listStaged returns the outputs for the snapshot, of this run and earlier ones, of the sources that were not asked for
// now: so that a run of one source repairs a snapshot without collecting the rest again.
func (h Handler) listStaged(ctx context.Context, name snapshot.Name, asked []collect.Output) ([]stagedOutput, error) {
	var found []stagedOutput
	err := h.Staging.List(ctx, name.StagingPrefix(), func(v object.Version) error {
		source, isOutput := name.FindOutput(v.Key)
		isAsked := slices.ContainsFunc(asked, func(o collect.Output) bool { return o.SourceName == source })
		if isOutput && !isAsked {
			found = append(found, stagedOutput{source: source, key: v.Key, etag: v.ETag})
		}
		return nil
	})
	return found, err
}

// readStaged reads the outputs.
func (h Handler) readStaged(ctx context.Context, staged []stagedOutput) error {
	group, ctx := errgroup.WithContext(ctx)
	for i := range staged { // at most one for each source of the catalog
		group.Go(func() error { return h.Staging.GetJSON(ctx, staged[i].key, &staged[i].Output) })
	}
	return group.Wait()
}
