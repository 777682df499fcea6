package merge

import (
	"context"
	"slices"

	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// Report is how the sources of one snapshot ended in one run. It is kept for Settle and for people.
type Report struct {
	Account  string            `json:"account"`
	Region   string            `json:"region"`
	Date     string            `json:"date"`
	Interval snapshot.Interval `json:"interval"`
	Key      string            `json:"key"`
	Bytes    int64             `json:"bytes"`
	Outcomes []outcome.Outcome `json:"outcomes"`
	// Earlier are the keys of snapshots of earlier dates that were published again.
	Earlier []string `json:"earlier,omitempty"`
}

// writeReport keeps how the sources ended, together with those of the same run that were not asked for again, and returns
// how many of them failed.
func (h Handler) writeReport(ctx context.Context, run string, name snapshot.Name, report Report) (failed int, err error) {
	reportKey, failedKey := snapshot.ReportsPrefix(run)+name.ReportName(), snapshot.FailedPrefix(run)+name.ReportName()
	var before Report
	if err := h.Staging.GetJSON(ctx, reportKey, &before); err != nil && !object.IsMissing(err) {
		return 0, err
	}
	for _, o := range before.Outcomes {
		if !slices.ContainsFunc(report.Outcomes, func(now outcome.Outcome) bool { return now.SourceName == o.SourceName }) {
			report.Outcomes = append(report.Outcomes, o)
		}
	}
	for _, o := range report.Outcomes {
		if o.Status.IsFailure() {
			failed++
		}
	}
	report.Earlier = slices.Compact(slices.Sorted(slices.Values(append(report.Earlier, before.Earlier...))))
	if failed > 0 {
		err = h.Staging.PutJSON(ctx, failedKey, report)
	} else {
		err = h.Staging.Delete(ctx, object.Version{Key: failedKey})
	}
	if err != nil {
		return 0, err
	}
	return failed, h.Staging.PutJSON(ctx, reportKey, report)
}
