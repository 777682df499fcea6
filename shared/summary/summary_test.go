package summary_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"view360/shared/merge"
	"view360/shared/outcome"
	"view360/shared/summary"
)

func buildReport(account string, outcomes ...outcome.Outcome) merge.Report {
	for i := range outcomes {
		outcomes[i].Account, outcomes[i].Region = account, "eu-west-1"
	}
	return merge.Report{Account: account, Region: "eu-west-1", Date: "2026-03-11", Key: "data/" + account, Outcomes: outcomes}
}

// The summary of a run over many accounts fits on a phone: it lists what needs attention and counts the rest.
func TestManyAccountsAreCountedNotListed(t *testing.T) {
	var reports []merge.Report
	for i := range 300 {
		reports = append(reports, buildReport(fmt.Sprintf("%012d", i), outcome.Outcome{SourceName: "kms", Status: outcome.Passed, Items: 1}))
	}
	reports[7] = buildReport("000000000007", outcome.Outcome{SourceName: "kms", Status: outcome.Denied, Reason: "denied kms:ListKeys"})
	var out strings.Builder
	s := summary.NewCollectRun("run", reports, time.Minute)
	if err := s.Print(&out); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got > 12 || s.IsClean() {
		t.Errorf("%d lines, clean is %t:\n%s", got, s.IsClean(), out.String())
	}
	for _, want := range []string{"Collected 300 snapshots", "and 299 more without a failure", "kms: denied kms:ListKeys\n      in 000000000007 eu-west-1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary does not say %q:\n%s", want, out.String())
		}
	}
}

func TestNewestOutcomeOfASourceCounts(t *testing.T) {
	first := buildReport("111122223333", outcome.Outcome{SourceName: "kms", Status: outcome.Failed}, outcome.Outcome{SourceName: "waf", Status: outcome.Passed})
	again := buildReport("111122223333", outcome.Outcome{SourceName: "kms", Status: outcome.Passed})
	other := buildReport("000011112222", outcome.Outcome{SourceName: "kms", Status: outcome.Passed})
	newest := summary.JoinReports([]merge.Report{first, other, again})
	if len(newest) != 2 || newest[0].Account != "000011112222" {
		t.Fatalf("newest is %+v", newest)
	}
	if s := summary.NewCollectRun("run", newest, 0); !s.IsClean() || len(s.Snapshots[1].Sources) != 2 {
		t.Errorf("sum of the newest: %+v", s.Snapshots)
	}
}

func TestNotesAreNotWarnings(t *testing.T) {
	o := outcome.Outcome{SourceName: "rispsavings", Status: outcome.Passed, Messages: []outcome.Message{{Key: "ri_sp_savings", Text: "no utilization yet", Note: true}}}
	s := summary.NewCollectRun("run", []merge.Report{buildReport("111122223333", o)}, 0)
	var out strings.Builder
	if err := s.Print(&out); err != nil {
		t.Fatal(err)
	}
	if c := s.Snapshots[0]; !s.IsClean() || c.Passed != 1 || c.Warned != 0 {
		t.Errorf("clean is %t, counts %+v", s.IsClean(), c)
	}
	if text := out.String(); strings.Contains(text, "in part") || !strings.Contains(text, "Notes\n  rispsavings: no utilization yet\n") {
		t.Errorf("the summary is\n%s", text)
	}
}

func TestCountsFollowTheTableOfStatuses(t *testing.T) {
	var outcomes []outcome.Outcome
	for _, info := range outcome.Infos {
		outcomes = append(outcomes, outcome.Outcome{SourceName: string(info.Status), Status: info.Status})
	}
	c := summary.NewCollectRun("run", []merge.Report{buildReport("111122223333", outcomes...)}, 0).Snapshots[0]
	if c.Passed != 1 || c.Warned != 1 || c.Failed != 5 || c.NotApplicable != 6 {
		t.Errorf("counts %+v", c)
	}
}
