// Package summary tells people and programs how runs of the two state machines ended: what was collected and loaded,
// what failed and why. It reads reports, or the histories of executions, of this process or of Step Functions.
package summary

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"view360/shared/collect"
	"view360/shared/merge"
)

// Printer is a summary that people can scan and, as JSON, programs can parse.
type Printer interface{ Print(w io.Writer) error }

// Write prints a summary as text, or as one line of JSON.
func Write(w io.Writer, asJSON bool, p Printer) error {
	if !asJSON {
		return p.Print(w)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(p)
}

// Collect is how a run of the collect machine ended.
type Collect struct {
	Run        string     `json:"run"`
	DurationMS int64      `json:"duration_ms"`
	Snapshots  []Snapshot `json:"snapshots"`
	Calls      int        `json:"calls"`
	Throttles  int        `json:"throttles"`
	PaidCalls  int        `json:"paid_calls"`

	reports []merge.Report
}

// Snapshot is one account, region and date.
type Snapshot struct {
	Account       string            `json:"account"`
	Region        string            `json:"region"`
	Date          string            `json:"date"`
	Key           string            `json:"key"`
	Bytes         int64             `json:"bytes"`
	Items         int               `json:"items"`
	Passed        int               `json:"passed"`
	Warned        int               `json:"warned"`
	NotApplicable int               `json:"not_applicable"`
	Failed        int               `json:"failed"`
	Services      map[string]string `json:"services"` // word to status and reason
}

// NewCollect sums up the reports of a run.
func NewCollect(run string, reports []merge.Report, took time.Duration) Collect {
	s := Collect{Run: run, DurationMS: took.Milliseconds(), reports: reports, Snapshots: []Snapshot{}}
	accounts := map[string]bool{}
	for _, report := range reports {
		snapshot := Snapshot{Account: report.Account, Region: report.Region, Date: report.Date, Key: report.Key, Bytes: report.Bytes, Services: map[string]string{}}
		for _, o := range report.Outcomes {
			snapshot.count(o)
			if o.Service == "account" && accounts[o.Account] {
				continue // collected once, part of every region's snapshot
			}
			accounts[o.Account] = accounts[o.Account] || o.Service == "account"
			s.Calls, s.Throttles, s.PaidCalls = s.Calls+o.Calls, s.Throttles+o.Throttles, s.PaidCalls+o.PaidCalls
		}
		s.Snapshots = append(s.Snapshots, snapshot)
	}
	return s
}

func (s *Snapshot) count(o collect.Outcome) {
	s.Services[o.Service] = text(o)
	s.Items += o.Items
	switch {
	case o.Status.Failure():
		s.Failed++
	case o.Status == collect.Warned:
		s.Warned++
	case o.Status.NotApplicable():
		s.NotApplicable++
	default:
		s.Passed++
	}
}

// Clean reports that nothing needs attention: nothing failed, or was read only in part.
func (s Collect) Clean() bool {
	failed, warned, _ := s.attention()
	return len(failed)+len(warned) == 0
}

// attention are the outcomes that are not green.
func (s Collect) attention() (failed, warned, notApplicable []collect.Outcome) {
	for _, report := range s.reports {
		for _, o := range report.Outcomes {
			switch {
			case o.Status.Failure():
				failed = append(failed, o)
			case o.Status == collect.Warned:
				warned = append(warned, o)
			case o.Status.NotApplicable():
				notApplicable = append(notApplicable, o)
			}
		}
	}
	return failed, warned, notApplicable
}

// Print writes a line for each snapshot, and what is not green by its reason.
func (s Collect) Print(w io.Writer) error {
	fmt.Fprintf(w, "\nCollected %d snapshots in %s: %d AWS calls, %d throttled, %d paid (Cost Explorer)\n\n",
		len(s.Snapshots), duration(s.DurationMS), s.Calls, s.Throttles, s.PaidCalls)
	if err := s.printSnapshots(w); err != nil {
		return err
	}
	failed, warned, notApplicable := s.attention()
	outcomes(w, "Failed", failed)
	outcomes(w, "Read only in part", warned)
	outcomes(w, "Not applicable", notApplicable)
	return nil
}

// shownSnapshots bounds the lines of a run that is not small: then only snapshots that need attention have one.
const shownSnapshots = 60

func (s Collect) printSnapshots(w io.Writer) error {
	shown := s.Snapshots
	if len(shown) > shownSnapshots {
		shown = slices.DeleteFunc(slices.Clone(shown), func(x Snapshot) bool { return x.Failed+x.Warned == 0 })
	}
	rest := len(s.Snapshots) - len(shown)
	shown = shown[:min(len(shown), shownSnapshots)]
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ACCOUNT\tREGION\tDATE\tPASSED\tWARNED\tFAILED\tNOT APPLICABLE\tITEMS\tSIZE")
	for _, x := range shown {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n",
			x.Account, x.Region, x.Date, x.Passed, x.Warned, x.Failed, x.NotApplicable, x.Items, size(x.Bytes))
	}
	if more := len(s.Snapshots) - rest - len(shown); more > 0 {
		fmt.Fprintf(table, "and %d more that need attention\n", more)
	}
	if rest > 0 {
		fmt.Fprintf(table, "and %d more without a failure\n", rest)
	}
	return table.Flush()
}

// PrintServices writes a line for each service of each snapshot.
func (s Collect) PrintServices(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nACCOUNT\tREGION\tDATE\tSERVICE\tITEMS\tOUTCOME")
	for _, report := range s.reports {
		for _, o := range slices.SortedFunc(slices.Values(report.Outcomes), func(a, b collect.Outcome) int { return cmp.Compare(a.Service, b.Service) }) {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", report.Account, report.Region, report.Date, o.Service, o.Items, text(o))
		}
	}
	return table.Flush()
}

// text is an outcome in one line.
func text(o collect.Outcome) string {
	if o.Reason == "" {
		return string(o.Status)
	}
	return string(o.Status) + ": " + o.Reason
}

// outcomes lists what one reason has in common once, with the places it holds for.
func outcomes(w io.Writer, title string, list []collect.Outcome) {
	if len(list) == 0 {
		return
	}
	places := map[string][]string{}
	for _, o := range list {
		reason := fmt.Sprintf("%s: %s", o.Service, cmp.Or(o.Reason, string(o.Status)))
		places[reason] = append(places[reason], o.Account+" "+o.Region)
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, reason := range slices.Sorted(maps.Keys(places)) {
		where := places[reason]
		more := ""
		if len(where) > 3 {
			more = fmt.Sprintf(" and %d more", len(where)-3)
			where = where[:3]
		}
		fmt.Fprintf(w, "  %s\n      in %s%s\n", reason, strings.Join(where, ", "), more)
	}
}

func duration(ms int64) string {
	return (time.Duration(ms) * time.Millisecond).Round(100 * time.Millisecond).String()
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(bytes)/(1<<10))
	default:
		return fmt.Sprintf("%d B", bytes)
	}
}
