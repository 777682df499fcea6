package snapshot

import (
	"time"

	"view360/shared/outcome"
)

// Index has the byte ranges of the sections of one snapshot object, so that a loader reads only its own. It contains no data
// and is much smaller than the payload limit of a state machine.
type Index struct {
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	ETag    string `json:"etag"`
	Version string `json:"version,omitempty"`
	Size    int64  `json:"size"` // bytes
	Name    Name   `json:"name"` // Region is always set, from the key or else from the account section
	// CollectedAt is meta.collected_at. Without it, it is the date of the name, a few seconds later for longer intervals.
	CollectedAt time.Time `json:"collected_at"`
	// LastModified is the time when the object was written.
	LastModified time.Time `json:"last_modified"`
	// Sections has the ranges by path: of every top-level key with a value of the right kind, and of each object and list
	// in the object sections (security.kms, inventory.instances, config.non_compliant_resources,
	// cost.top_services, account.contact_info, …).
	Sections map[string]Range `json:"sections"`
	// Unknown lists top-level keys that neither the contract nor the catalog has, at most 20; they are ignored. Sections
	// without a table, such as iam, are known.
	Unknown []string `json:"unknown,omitempty"`
	// Meta is the range of the snapshot's own description; empty in files of the Python version.
	Meta Range `json:"meta,omitzero"`
	// Problems lists the sections of the wrong kind; they are not loaded.
	Problems []Problem `json:"problems,omitempty"`
}

// Range is the byte range of one JSON value in the object.
type Range struct {
	Start int64 `json:"start"` // offset of the value's first byte
	End   int64 `json:"end"`   // offset after its last byte
	// Complete: the section has all items, so that an item that it lacks no longer exists.
	Complete bool `json:"complete,omitempty"`
	// Partial: items are missing. A section of an unknown state is neither complete nor partial.
	Partial bool `json:"partial,omitempty"`
	// AllOpen: the section is complete, and lists all that was open when it was collected.
	AllOpen bool `json:"all_open,omitempty"`
	// ObservedAt is the time when the section was collected.
	ObservedAt time.Time `json:"observed_at"`
}

// IsEmpty reports whether the value is missing or empty, such as {}, as in a section that was not collected.
func (r Range) IsEmpty() bool { return r.End-r.Start <= 8 }

// Problem is a section that cannot be loaded, with the reason.
type Problem struct {
	Section string `json:"section"`
	Reason  string `json:"reason"`
}

// Meta is the snapshot's own description under the key meta, which the Python version ignores (D30).
type Meta struct {
	SchemaVersion int                        `json:"schema_version"`
	Run           string                     `json:"run"`
	Account       string                     `json:"account_id"`
	Region        string                     `json:"region"`
	Home          bool                       `json:"home"`
	Interval      Interval                   `json:"interval"`
	Date          string                     `json:"date"` // YYYY-MM-DD, as in the key
	Window        Window                     `json:"window"`
	CollectedAt   time.Time                  `json:"collected_at"`
	Services      map[string]outcome.Outcome `json:"services"` // by source; without account and region
	Sections      map[string]MetaSection     `json:"sections"` // by path, such as security.kms
}

// MetaSection describes one section.
type MetaSection struct {
	Service string `json:"service"` // source
	Items   int    `json:"items"`
	// Complete: the source passed without a warning, so that an item that is not listed does not exist.
	Complete bool `json:"complete"`
	// AllOpen: besides what changed in the window, the section lists all that is open now.
	AllOpen     bool      `json:"all_open,omitempty"`
	CollectedAt time.Time `json:"collected_at"`
}

// SchemaVersion is the version of Meta and of our additions to the sections.
const SchemaVersion = 1
