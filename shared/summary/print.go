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

// Print writes a line for each snapshot, and what is not green by its reason.
func (s CollectRun) Print(w io.Writer) error {
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
func (s CollectRun) PrintServices(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nACCOUNT\tREGION\tDATE\tSERVICE\tITEMS\tOUTCOME")
	for _, report := range s.reports {
		for _, o := range slices.SortedFunc(slices.Values(report.Outcomes), func(a, b outcome.Outcome) int { return cmp.Compare(a.SourceName, b.SourceName) }) {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", report.Account, report.Region, report.Date, o.SourceName, o.Items, text(o))
		}
	}
	return table.Flush()
}

// text is an outcome in one line.
func text(o outcome.Outcome) string {
	if o.Reason == "" {
		return string(o.Status)
	}
	return string(o.Status) + ": " + o.Reason
}

// outcomes lists what one reason has in common once, with the places it holds for.
func outcomes(w io.Writer, title string, list []outcome.Outcome) {
	if len(list) == 0 {
		return
	}
	places := map[string][]string{}
	for _, o := range list {
		reason := fmt.Sprintf("%s: %s", o.SourceName, cmp.Or(o.Reason, string(o.Status)))
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
