// Package summary reports to people and programs how runs of the two state machines ended: what was collected and loaded,
// what failed and why. It reads reports, or the histories of executions, of this process or of Step Functions.
package summary

import (
	"encoding/json"
	"io"
	"time"

	"view360/shared/merge"
	"view360/shared/outcome"
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

// CollectRun is how a run of the collect machine ended.
type CollectRun struct {
	Run        string              `json:"run"`
	DurationMS int64               `json:"duration_ms"`
	Snapshots  []CollectedSnapshot `json:"snapshots"`
	Calls      int                 `json:"calls"`
	Throttles  int                 `json:"throttles"`
	PaidCalls  int                 `json:"paid_calls"`
	// Undelivered is what the run was asked for and has not published, a line each.
	Undelivered []string `json:"undelivered,omitempty"`

	reports  []merge.Report
	outcomes map[verdict][]outcome.Outcome
}

// CollectedSnapshot is one account, region, and date, with the number of sources that ended in each way.
type CollectedSnapshot struct {
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
	Sources       map[string]string `json:"services"` // source to status and reason
}

// NewCollectRun sums up the reports of a run.
func NewCollectRun(run string, reports []merge.Report, took time.Duration) CollectRun {
	s := CollectRun{
		Run: run, DurationMS: took.Milliseconds(), Snapshots: []CollectedSnapshot{},
		reports: reports, outcomes: map[verdict][]outcome.Outcome{},
	}
	accounts := map[string]bool{}
	for _, report := range reports {
		s.Snapshots = append(s.Snapshots, s.addReport(report))
		for _, o := range report.Outcomes {
			if o.SourceName == "account" && accounts[o.Account] {
				continue // collected once, part of every region's snapshot
			}
			accounts[o.Account] = accounts[o.Account] || o.SourceName == "account"
			s.Calls, s.Throttles, s.PaidCalls = s.Calls+o.Calls, s.Throttles+o.Throttles, s.PaidCalls+o.PaidCalls
		}
	}
	return s
}

// addReport adds the outcomes of a report to the run and returns the line of its snapshot.
func (s *CollectRun) addReport(report merge.Report) CollectedSnapshot {
	line := CollectedSnapshot{
		Account: report.Account, Region: report.Region, Date: report.Date, Key: report.Key, Bytes: report.Bytes, Sources: map[string]string{},
	}
	counts := map[verdict]int{}
	for _, o := range report.Outcomes {
		v := judgeStatus(o.Status)
		counts[v]++
		s.outcomes[v] = append(s.outcomes[v], o)
		line.Sources[o.SourceName] = o.Text()
		line.Items += o.Items
	}
	line.Passed, line.Warned, line.Failed, line.NotApplicable = counts[passed], counts[warned], counts[failed], counts[notApplicable]
	return line
}

// verdict is what a summary makes of a status.
type verdict int

const (
	passed verdict = iota
	warned
	failed
	notApplicable
)

// judgeStatus returns the verdict on a status by the table of statuses.
func judgeStatus(s outcome.Status) verdict {
	switch info := s.Info(); {
	case info.Failed:
		return failed
	case info.NotApplicable:
		return notApplicable
	case info.Complete:
		return passed
	default:
		return warned
	}
}

// IsClean reports whether every source was read completely or does not apply, and everything planned was published.
func (s CollectRun) IsClean() bool {
	return len(s.outcomes[failed])+len(s.outcomes[warned])+len(s.Undelivered) == 0
}
