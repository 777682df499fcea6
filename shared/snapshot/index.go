package snapshot

import (
	"time"
	"view360/shared/outcome"
)

// Index says where everything in one snapshot object lies, so that a loader reads only its own byte ranges. It carries
// positions and no data, and stays far below a state machine's payload limit.
type Index struct {
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	ETag    string `json:"etag"`
	Version string `json:"version,omitempty"`
	Size    int64  `json:"size"` // bytes
	Name    Name   `json:"name"` // Region is always set, from the key or else from the account section
	// CollectedAt is meta.collected_at, or the date of the name where the sender wrote none, a few seconds later for
	// longer intervals.
	CollectedAt time.Time `json:"collected_at"`
	// LastModified is when the object was written.
	LastModified time.Time `json:"last_modified"`
	// Sections maps a path to its place: every top-level key that holds the object or list it should, and each object
	// and list in the object sections (security.kms, inventory.instances, config.non_compliant_resources,
	// cost.top_services, account.contact_info, …).
	Sections map[string]Range `json:"sections"`
	// Unknown are top-level keys that neither the contract nor the catalogue knows; they are left alone. At most 20 are
	// named. Sections that have no table, such as iam, are known.
	Unknown []string `json:"unknown,omitempty"`
	// Meta is the range of the snapshot's own description; empty in files of the Python version.
	Meta Range `json:"meta,omitzero"`
	// Problems are sections of the wrong kind; they are not loaded.
	Problems []Problem `json:"problems,omitempty"`
}

// Range is the place of one JSON value in the object.
type Range struct {
	Start int64 `json:"start"` // offset of the value's first byte
	End   int64 `json:"end"`   // offset after its last byte
	// Complete: the sender vouches that nothing is missing, so that what is not in the section is gone at the source.
	Complete bool `json:"complete,omitempty"`
	// Partial: the sender says that something is missing. One that says nothing is neither complete nor partial.
	Partial bool `json:"partial,omitempty"`
	// ObservedAt is when the section was collected.
	ObservedAt time.Time `json:"observed_at"`
}

// Empty reports whether there is no value, or one that holds nothing, such as {}: that is how a section that was not
// collected looks.
func (r Range) Empty() bool { return r.End-r.Start <= 8 }

// Problem is a section that cannot be loaded, and why.
type Problem struct {
	Section string `json:"section"`
	Reason  string `json:"reason"`
}

// Meta is the snapshot's own description under the key meta, which readers of the first generation ignore (D30).
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

// MetaSection says how far a section can be trusted.
type MetaSection struct {
	Service string `json:"service"` // source
	Items   int    `json:"items"`
	// Complete: the source passed without a warning, so that what is not listed does not exist.
	Complete    bool      `json:"complete"`
	CollectedAt time.Time `json:"collected_at"`
}

// SchemaVersion is the version of Meta and of our additions to the sections.
const SchemaVersion = 1
