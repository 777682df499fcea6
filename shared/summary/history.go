package summary

import (
	"encoding/json"
	"slices"
	"strings"

	"view360/shared/asl"
	"view360/shared/merge"
	"view360/shared/outcome"
)

// mergeState is the state of the collect machine whose input has all outcomes of one account, region and date.
const mergeState = "Merge"

// ReadReports returns the reports of one account and date, in the order in which they were made, from the history of its
// child execution. A redriven execution has one for each attempt.
func ReadReports(history []asl.Event) []merge.Report {
	published := map[string]merge.Output{} // by key
	var reports []merge.Report
	for _, event := range history {
		switch {
		case event.Type == "TaskSucceeded":
			var result struct{ Payload merge.Output }
			if json.Unmarshal([]byte(event.Details.Output), &result) == nil && result.Payload.Key != "" {
				published[result.Payload.Key] = result.Payload
			}
		case event.Type == "TaskStateEntered" && event.Details.Name == mergeState:
			var in merge.Input
			if json.Unmarshal([]byte(event.Details.Input), &in) == nil {
				reports = append(reports, buildReport(in))
			}
		}
	}
	for i := range reports {
		reports[i].Bytes = published[reports[i].Key].Bytes
	}
	return reports
}

func buildReport(in merge.Input) merge.Report {
	report := merge.Report{
		Account: in.Request.Account, Region: in.Request.Region, Date: in.Request.Date, Interval: in.Request.Interval,
		Outcomes: in.Outcomes(),
	}
	if name, err := in.Request.Name(); err == nil { // the dates of a plan are valid
		report.Key = name.Key()
	}
	return report
}

// JoinReports returns one report for each account, region, and date, sorted by key, with the last outcome of each source.
// Reports are given in the order in which they were made.
func JoinReports(reports []merge.Report) []merge.Report {
	byKey := map[string]*merge.Report{}
	for _, report := range reports {
		before, known := byKey[report.Key]
		if !known {
			byKey[report.Key] = &report
			continue
		}
		before.Bytes = report.Bytes
		for _, o := range report.Outcomes {
			i := slices.IndexFunc(before.Outcomes, func(b outcome.Outcome) bool { return b.SourceName == o.SourceName })
			if i < 0 {
				before.Outcomes = append(before.Outcomes, o)
				continue
			}
			before.Outcomes[i] = o
		}
	}
	newest := make([]merge.Report, 0, len(byKey))
	for _, report := range byKey {
		newest = append(newest, *report)
	}
	slices.SortFunc(newest, func(a, b merge.Report) int { return strings.Compare(a.Key, b.Key) })
	return newest
}
