package plan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/plan"
)

// spans are the dates whose run collects costs, with the number of earlier days that it collects again.
func spans(list []plan.Entry) map[string]int {
	found := map[string]int{}
	for _, s := range list {
		for _, r := range s.Regions {
			if slices.ContainsFunc(r.Sources, func(service plan.PlannedSource) bool { return service.SourceName == "cost" }) {
				found[s.Request.Date] = s.Request.EarlierDays
			}
		}
	}
	return found
}

func TestDailyRunReadsTrailingCosts(t *testing.T) { // D19
	tests := []struct {
		name, request string
		days          int
		want          map[string]int
	}{
		{"three days unless told otherwise", `{}`, 0, map[string]int{"2026-03-11": 2}},
		{"a week", `{}`, 7, map[string]int{"2026-03-11": 6}},
		{"only yesterday", `{}`, 1, map[string]int{"2026-03-11": 0}},
		{"a past date stands for itself", `{"date":"2026-02-11"}`, 0, map[string]int{"2026-02-11": 0}},
		{"a month is read whole", `{"interval":"MONTHLY"}`, 0, map[string]int{"2026-02-28": 0}},
		{"a run without costs reads none again", `{"services":["kms"]}`, 0, map[string]int{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			settings := settings()
			settings.TrailingDays = test.days
			_, list, err := planned(t, settings, test.request)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, spans(list)); diff != "" {
				t.Error(diff)
			}
			for _, s := range list {
				if _, collects := test.want[s.Request.Date]; !collects && s.Request.EarlierDays != 0 {
					t.Errorf("%s reads %d earlier days for nothing", s.Request.Date, s.Request.EarlierDays)
				}
			}
		})
	}
}

func TestBackfillReadsCostsByTheMonth(t *testing.T) {
	settings := settings()
	settings.Accounts, settings.Organization = []string{"222222222222"}, false
	out, list, err := planned(t, settings, `{"history":true,"start":"1-12-2025","end":"1-3-2026"}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"2026-03-01": 30, "2026-01-29": 30, "2025-12-29": 28}, spans(list)); diff != "" {
		t.Error(diff)
	}
	if len(list) != 91 {
		t.Errorf("%d dates, want all 91: other sources are read by the day", len(list))
	}
	for _, s := range list {
		if !s.Request.History {
			t.Errorf("%s is not history", s.Request.Date)
		}
	}
	// Each date has figures of commitments; costs have three requests for all dates.
	if e := out.Estimate; e.PaidRequests != 91*3+3 || e.PaidDollars != 2.76 || e.Snapshots != 91 || e.Regions != 91 {
		t.Errorf("estimate %+v", e)
	}
}

func TestCostBackfillHasOneSnapshotAMonth(t *testing.T) {
	out, list, err := planned(t, settings(), `{"history":true,"start":"1-3-2025","end":"28-2-2026","services":["cost"]}`)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3*12 || out.Estimate.PaidRequests != 3*12 {
		t.Errorf("%d snapshots with %d paid requests for a year of three accounts, want 36", len(list), out.Estimate.PaidRequests)
	}
}

func TestDryRunSpendsNothing(t *testing.T) {
	out, list, err := planned(t, settings(), `{"dry_run":true,"history":true,"start":"2025-03-01","end":"2025-03-31"}`)
	if err != nil {
		t.Fatal(err)
	}
	if out.Snapshots != 0 || len(list) != 0 || out.Estimate.Snapshots != 3*31 || out.Estimate.PaidRequests != 3*(31*3+1) {
		t.Errorf("a dry run plans %d snapshots and estimates %+v", out.Snapshots, out.Estimate)
	}
	settings := settings()
	settings.Options.NoPaidCalls = true
	if out, _, err = planned(t, settings, `{"dry_run":true}`); err != nil || out.Estimate.PaidRequests != 0 {
		t.Errorf("without paid calls the estimate is %+v, error %v", out.Estimate, err)
	}
}

func TestYearOfThousandAccountsIsOnePlan(t *testing.T) {
	out, _, err := planned(t, manyAccounts(1000), `{"dry_run":true,"history":true,"start":"1-1-2025","end":"31-12-2025"}`)
	if err != nil {
		t.Fatal(err)
	}
	if out.Estimate.Snapshots != 365_000 || out.Estimate.PaidRequests != 1000*(365*3+12) {
		t.Errorf("estimate %+v", out.Estimate)
	}
}
