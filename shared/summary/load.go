package summary

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"view360/shared/load"
)

// How a snapshot ended.
const (
	Loaded   = "loaded"
	Rejected = "rejected" // not a snapshot
	Partial  = "partial"  // some table groups, or sections, were not loaded
	Failed   = "failed"
)

// LoadedSnapshot is how the load of one snapshot ended.
type LoadedSnapshot struct {
	Key       string                 `json:"key"`
	Origin    string                 `json:"source"` // the file or object it was read from
	Status    string                 `json:"status"`
	Reason    string                 `json:"reason,omitempty"`
	Tables    map[string]load.Counts `json:"tables"`
	NotLoaded []string               `json:"not_loaded,omitempty"` // sections without a loader, or of the wrong kind
	Rejects   []string               `json:"rejects,omitempty"`    // the first rejected rows, with path and reason
}

// LoadRun is how the runs of the load machine ended; Add is safe for concurrent use.
type LoadRun struct {
	Snapshots  []LoadedSnapshot `json:"snapshots"`
	Totals     load.Counts      `json:"totals"`
	DurationMS int64            `json:"duration_ms"`

	mu sync.Mutex
}

// Add adds a snapshot to the run and its rows to the totals.
func (s *LoadRun) Add(r LoadedSnapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Snapshots = append(s.Snapshots, r)
	for _, c := range r.Tables {
		s.Totals.Add(c)
	}
}

// IsClean reports whether every row of every snapshot was loaded.
func (s *LoadRun) IsClean() bool {
	return s.Totals.Rejected == 0 && !slices.ContainsFunc(s.Snapshots, func(r LoadedSnapshot) bool { return r.Status != Loaded })
}

// Print writes what happened to the rows of each table, and what was not loaded.
func (s *LoadRun) Print(w io.Writer) error {
	tables, ended := map[string]load.Counts{}, map[string]int{}
	for _, r := range s.Snapshots {
		ended[r.Status]++
		for name, c := range r.Tables {
			sum := tables[name]
			sum.Add(c)
			tables[name] = sum
		}
	}
	fmt.Fprintf(w, "\nLoaded %d of %d snapshots in %s\n\n", ended[Loaded], len(s.Snapshots), formatDuration(s.DurationMS))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "TABLE\tREAD\tCREATED\tUPDATED\tUNCHANGED\tADAPTED\tREJECTED\tDELETED\t")
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		printRow(table, name, tables[name])
	}
	printRow(table, "total", s.Totals)
	if err := table.Flush(); err != nil {
		return err
	}
	s.printAttention(w)
	return nil
}

func printRow(w io.Writer, name string, c load.Counts) {
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, c.Read, c.Created, c.Updated, c.Unchanged, c.Adapted, c.Rejected, c.Deleted)
}

// shownRejects bounds the rejected rows that the summary lists; view360.rejects has all of them.
const shownRejects = 10

func (s *LoadRun) printAttention(w io.Writer) {
	for _, r := range s.Snapshots {
		if r.Status != Loaded {
			fmt.Fprintf(w, "\n%s %s\n  %s\n", r.Origin, r.Status, strings.ReplaceAll(r.Reason, "\n", "\n  "))
		}
		if len(r.NotLoaded) > 0 {
			fmt.Fprintf(w, "\n%s: sections not loaded: %s\n", r.Origin, strings.Join(r.NotLoaded, ", "))
		}
		for _, reject := range r.Rejects[:min(len(r.Rejects), shownRejects)] {
			fmt.Fprintf(w, "  rejected %s\n", reject)
		}
	}
	if s.Totals.Rejected > 0 {
		fmt.Fprintln(w, "\nEvery rejected row, with its path and reason: select * from view360.rejects")
	}
}
