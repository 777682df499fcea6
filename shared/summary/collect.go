// Package summary tells people and programs how runs of the two state machines ended: what was collected and loaded,
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

	reports []merge.Report
}

// CollectedSnapshot is one account, region and date.
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
	Services      map[string]string `json:"services"` // word to status and reason
}

// NewCollectRun sums up the reports of a run.
func NewCollectRun(run string, reports []merge.Report, took time.Duration) CollectRun {
	s := CollectRun{Run: run, DurationMS: took.Milliseconds(), reports: reports, Snapshots: []CollectedSnapshot{}}
	accounts := map[string]bool{}
	for _, report := range reports {
		snapshot := CollectedSnapshot{Account: report.Account, Region: report.Region, Date: report.Date, Key: report.Key, Bytes: report.Bytes, Services: map[string]string{}}
		for _, o := range report.Outcomes {
			snapshot.count(o)
			if o.SourceName == "account" && accounts[o.Account] {
				continue // collected once, part of every region's snapshot
			}
			accounts[o.Account] = accounts[o.Account] || o.SourceName == "account"
			s.Calls, s.Throttles, s.PaidCalls = s.Calls+o.Calls, s.Throttles+o.Throttles, s.PaidCalls+o.PaidCalls
		}
		s.Snapshots = append(s.Snapshots, snapshot)
	}
	return s
}

func (s *CollectedSnapshot) count(o outcome.Outcome) {
	s.Services[o.SourceName] = text(o)
	s.Items += o.Items
	switch {
	case o.Status.IsFailure():
		s.Failed++
	case o.Status == outcome.Warned:
		s.Warned++
	case o.Status.IsNotApplicable():
		s.NotApplicable++
	default:
		s.Passed++
	}
}

// Clean reports that nothing needs attention: nothing failed, or was read only in part.
func (s CollectRun) Clean() bool {
	failed, warned, _ := s.attention()
	return len(failed)+len(warned) == 0
}

// attention are the outcomes that are not green.
func (s CollectRun) attention() (failed, warned, notApplicable []outcome.Outcome) {
	for _, report := range s.reports {
		for _, o := range report.Outcomes {
			switch {
			case o.Status.IsFailure():
				failed = append(failed, o)
			case o.Status == outcome.Warned:
				warned = append(warned, o)
			case o.Status.IsNotApplicable():
				notApplicable = append(notApplicable, o)
			}
		}
	}
	return failed, warned, notApplicable
}
