package collect

import (
	"time"

	"view360/shared/fault"
)

// Status is how one source ended for one account and region, as the operator reads it.
type Status string

// The statuses. The ones that share a text with a fault.Class mean the same.
const (
	Passed        Status = "passed"
	Warned        Status = "passed with warnings" // some items failed, see Messages
	Skipped       Status = "skipped"              // left out on purpose: a paid call, or state of a past date
	NotEnabled           = Status(fault.NotEnabled)
	NotSubscribed        = Status(fault.NotSubscribed)
	NotAvailable         = Status(fault.NotAvailable)
	Denied               = Status(fault.Denied)
	Failed        Status = "failed"
)

// NotApplicable reports whether there was nothing to collect.
func (s Status) NotApplicable() bool {
	return s == Skipped || s == NotEnabled || s == NotSubscribed || s == NotAvailable
}

// Failure reports whether the source could not be read, so that a redrive has something to repair.
func (s Status) Failure() bool { return s == Failed || s == Denied }

// Green reports whether s needs nobody's attention. A warning does, a source that does not apply does not.
func (s Status) Green() bool { return s == Passed || s.NotApplicable() }

// Outcome is what a collector function returns and what is kept beside its part: never the data.
type Outcome struct {
	Account    string `json:"account"`
	Region     string `json:"region"`
	SourceName string `json:"service"` // the source's word
	Status     Status `json:"status"`
	// Reason is one line for the operator: why it failed or did not apply, and what to do. Empty when passed.
	Reason string `json:"reason,omitempty"`
	// Sections maps a section's path, such as security.kms, to what the part holds of it.
	Sections map[string]PartSection `json:"sections,omitempty"`
	Messages []Message              `json:"messages,omitempty"`
	// Earlier are the dates before the request's own for which the source staged a part as well, YYYY-MM-DD, the newest
	// first: their snapshots are published again.
	Earlier []string `json:"earlier,omitempty"`
	// Warnings is the number of items that failed; Messages holds the first reasons.
	Warnings    int       `json:"warnings,omitempty"`
	Items       int       `json:"items"`
	Bytes       int64     `json:"bytes"`
	Calls       int       `json:"calls"`      // requests sent to AWS, retries included
	Throttles   int       `json:"throttles"`  // of them, answered with a throttling error
	PaidCalls   int       `json:"paid_calls"` // of them, charged by AWS
	CollectedAt time.Time `json:"collected_at"`
	DurationMS  int64     `json:"duration_ms"`
	Run         string    `json:"run"`
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

// Message is one entry of the snapshot's logs.message: {source: text}.
type Message struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}
