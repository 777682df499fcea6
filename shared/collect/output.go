package collect

import (
	"context"
	"log/slog"

	"view360/shared/metrics"
	"view360/shared/outcome"
)

// Output is the output of a collector function, also stored beside its part.
type Output struct {
	outcome.Outcome
	// Sections has the sections of the part by path, such as security.kms.
	Sections map[string]PartSection `json:"sections,omitempty"`
	// Earlier lists the earlier dates for which the source staged a part too, YYYY-MM-DD, the newest first. Their snapshots
	// are published again.
	Earlier []string `json:"earlier,omitempty"`
}

// PartSection is one section of a part: the fragments whose concatenation is the section's value.
type PartSection struct {
	Items     int        `json:"items"`
	Fragments []Fragment `json:"fragments"`
	// AllOpen: besides what changed in the window, the section lists all that is open now.
	AllOpen bool `json:"all_open,omitempty"`
}

// Fragment is a piece of JSON text, inline or in a staged object.
type Fragment struct {
	Text string `json:"text,omitempty"`
	Key  string `json:"key,omitempty"`
}

// logOutcome logs an outcome, from which the metrics of collectors are made.
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
