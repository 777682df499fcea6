package summary

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"view360/shared/outcome"
)

// Print writes a line for each snapshot, then the reasons of the outcomes that need attention or did not apply, and notes.
func (s CollectRun) Print(w io.Writer) error {
	fmt.Fprintf(w, "\nCollected %d snapshots in %s: %d AWS calls, %d throttled, %d paid (Cost Explorer)\n\n",
		len(s.Snapshots), formatDuration(s.DurationMS), s.Calls, s.Throttles, s.PaidCalls)
	if err := s.printSnapshots(w); err != nil {
		return err
	}
	if len(s.Undelivered) > 0 {
		fmt.Fprintf(w, "\nNot delivered\n  %s\n", strings.Join(s.Undelivered, "\n  "))
	}
	printReasons(w, "Failed", s.outcomes[failed])
	printReasons(w, "Read only in part", s.outcomes[warned])
	printReasons(w, "Not applicable", s.outcomes[notApplicable])
	printReasons(w, "Notes", s.listNotes())
	return nil
}

// shownSnapshots bounds the lines. A run with more snapshots has lines only for those that need attention.
const shownSnapshots = 60

func (s CollectRun) printSnapshots(w io.Writer) error {
	shown := s.Snapshots
	if len(shown) > shownSnapshots {
		shown = slices.DeleteFunc(slices.Clone(shown), func(x CollectedSnapshot) bool { return x.Failed+x.Warned == 0 })
	}
	rest := len(s.Snapshots) - len(shown)
	shown = shown[:min(len(shown), shownSnapshots)]
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ACCOUNT\tREGION\tDATE\tPASSED\tWARNED\tFAILED\tNOT APPLICABLE\tITEMS\tSIZE")
	for _, x := range shown {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n",
			x.Account, x.Region, x.Date, x.Passed, x.Warned, x.Failed, x.NotApplicable, x.Items, formatSize(x.Bytes))
	}
	if more := len(s.Snapshots) - rest - len(shown); more > 0 {
		fmt.Fprintf(table, "and %d more that need attention\n", more)
	}
	if rest > 0 {
		fmt.Fprintf(table, "and %d more without a failure\n", rest)
	}
	return table.Flush()
}

// listNotes returns the notes of the run, each as an outcome with the note as its reason.
func (s CollectRun) listNotes() (notes []outcome.Outcome) {
	for _, report := range s.reports {
		for _, o := range report.Outcomes {
			for _, message := range o.Messages {
				if message.Note {
					o.Reason = message.Text
					notes = append(notes, o)
				}
			}
		}
	}
	return notes
}

// printReasons lists each source and reason once, with the accounts and regions where it applies.
func printReasons(w io.Writer, title string, list []outcome.Outcome) {
	if len(list) == 0 {
		return
	}
	regions := map[string][]string{}
	for _, o := range list {
		reason := fmt.Sprintf("%s: %s", o.SourceName, cmp.Or(o.Reason, string(o.Status)))
		regions[reason] = append(regions[reason], o.Account+" "+o.Region)
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, reason := range slices.Sorted(maps.Keys(regions)) {
		shown, more := regions[reason], ""
		if len(shown) > 3 {
			more = fmt.Sprintf(" and %d more", len(shown)-3)
			shown = shown[:3]
		}
		fmt.Fprintf(w, "  %s\n      in %s%s\n", reason, strings.Join(shown, ", "), more)
	}
}

// PrintSources writes a line for each source of each snapshot.
func (s CollectRun) PrintSources(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nACCOUNT\tREGION\tDATE\tSOURCE\tITEMS\tOUTCOME")
	for _, report := range s.reports {
		for _, o := range slices.SortedFunc(slices.Values(report.Outcomes), func(a, b outcome.Outcome) int { return cmp.Compare(a.SourceName, b.SourceName) }) {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", report.Account, report.Region, report.Date, o.SourceName, o.Items, o.Text())
		}
	}
	return table.Flush()
}

func formatDuration(ms int64) string {
	return (time.Duration(ms) * time.Millisecond).Round(100 * time.Millisecond).String()
}

func formatSize(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(bytes)/(1<<10))
	default:
		return fmt.Sprintf("%d B", bytes)
	}
}
