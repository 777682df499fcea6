package page

import (
	"cmp"
	"slices"
	"time"

	"view360/shared/catalog"
	"view360/shared/outcome"
)

// coverageEntry is how a source ended in the newest run that read it, for one account and region: a row of
// view360.coverage.
type coverageEntry struct {
	Account, Name, Region, Service string
	Status                         outcome.Status
	Reason                         string
	ErrorCode, ErrorMessage        string // AWS's own words; "" if AWS did not answer with an error
	Notes                          []outcome.Message
	Run                            string // name of the execution; "" for files of the Python version
	Date                           time.Time
	RunAt                          time.Time
	SuccessAt                      *time.Time // nil: never
}

// compareUrgency puts the most urgent entry first, of two alike the one with the older success.
func compareUrgency(a, b coverageEntry) int {
	var before, after time.Time
	if a.SuccessAt != nil {
		before = *a.SuccessAt
	}
	if b.SuccessAt != nil {
		after = *b.SuccessAt
	}
	return cmp.Or(outcome.Compare(a.Status, b.Status), before.Compare(after))
}

// Label returns the status in the space of a cell.
func (e coverageEntry) Label() string { return e.Status.Info().Label }

// Color returns the CSS class of the status.
func (e coverageEntry) Color() string { return e.Status.Info().Color }

// Remedy returns the next step.
func (e coverageEntry) Remedy() string { return e.Status.Info().Remedy }

// NoteTexts returns the messages that need no action.
func (e coverageEntry) NoteTexts() (texts []string) {
	for _, m := range e.Notes {
		if m.Note {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// compareSources orders sources as the catalog does.
func compareSources(a, b string) int {
	names := catalog.Names()
	return slices.Index(names, a) - slices.Index(names, b)
}
