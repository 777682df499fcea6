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

func report(account string, outcomes ...outcome.Outcome) merge.Report {
	for i := range outcomes {
		outcomes[i].Account, outcomes[i].Region = account, "eu-west-1"
	}
	return merge.Report{Account: account, Region: "eu-west-1", Date: "2026-03-11", Key: "data/" + account, Outcomes: outcomes}
}

// A run over many accounts is read on a phone: lines for what needs attention, a count for the rest.
func TestManyAccountsAreCountedNotListed(t *testing.T) {
	var reports []merge.Report
	for i := range 300 {
		reports = append(reports, report(fmt.Sprintf("%012d", i), outcome.Outcome{SourceName: "kms", Status: outcome.Passed, Items: 1}))
	}
	reports[7] = report("000000000007", outcome.Outcome{SourceName: "kms", Status: outcome.Denied, Reason: "denied kms:ListKeys"})
	var out strings.Builder
	s := summary.NewCollectRun("run", reports, time.Minute)
	if err := s.Print(&out); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got > 12 || s.Clean() {
		t.Errorf("%d lines, clean is %t:\n%s", got, s.Clean(), out.String())
	}
	for _, want := range []string{"Collected 300 snapshots", "and 299 more without a failure", "kms: denied kms:ListKeys\n      in 000000000007 eu-west-1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary does not say %q:\n%s", want, out.String())
		}
	}
}

// Of a service that was collected again, the last outcome counts; the others stay.
func TestNewestOutcomeOfASourceCounts(t *testing.T) {
	first := report("111122223333", outcome.Outcome{SourceName: "kms", Status: outcome.Failed}, outcome.Outcome{SourceName: "waf", Status: outcome.Passed})
	again := report("111122223333", outcome.Outcome{SourceName: "kms", Status: outcome.Passed})
	other := report("000011112222", outcome.Outcome{SourceName: "kms", Status: outcome.Passed})
	newest := summary.Newest([]merge.Report{first, other, again})
	if len(newest) != 2 || newest[0].Account != "000011112222" {
		t.Fatalf("newest is %+v", newest)
	}
	if s := summary.NewCollectRun("run", newest, 0); !s.Clean() || len(s.Snapshots[1].Services) != 2 {
		t.Errorf("sum of the newest: %+v", s.Snapshots)
	}
}
