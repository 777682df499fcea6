package collect

import (
	"context"
	"log/slog"

	"view360/shared/metrics"
	"view360/shared/outcome"
)

// Output is what a collector function returns and what is kept beside its part.
type Output struct {
	outcome.Outcome
	// Sections maps a section's path, such as security.kms, to what the part holds of it.
	Sections map[string]PartSection `json:"sections,omitempty"`
	// Earlier are the dates before the input's own for which the source staged a part as well, YYYY-MM-DD, the newest
	// first: their snapshots are published again.
	Earlier []string `json:"earlier,omitempty"`
}

// PartSection is one section of a part: the staged objects whose texts, one after the other, are the section's value.
type PartSection struct {
	Items     int        `json:"items"`
	Fragments []Fragment `json:"fragments"`
}

// Fragment is a piece of JSON text, inline or in a staged object.
type Fragment struct {
	Text string `json:"text,omitempty"`
	Key  string `json:"key,omitempty"`
}

// logOutcome writes the line that the metrics of collectors come from.
func logOutcome(ctx context.Context, o outcome.Outcome) {
	failed := 0
	if o.Status.IsFailure() {
		failed = 1
	}
	slog.InfoContext(ctx, "collected", "account", o.Account, "region", o.Region, "service", o.SourceName, "execution", o.Run,
		"status", o.Status, "reason", o.Reason, "items", o.Items, "bytes", o.Bytes, "warnings", o.Warnings,
		"calls", o.Calls, "throttles", o.Throttles, "paid_calls", o.PaidCalls, "duration_ms", o.DurationMS,
		"failed", failed, metrics.BuildAttr(metrics.Collected))
}
