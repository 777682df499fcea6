package guardduty_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/guardduty"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, guardduty.Collector, simaws.Options{Volume: 0.2})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, guardduty.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.2},
		Pages: func(b *collecttest.Bench) (string, []string) {
			findings, ids := make([]simaws.ThreatFinding, 170), make([]string, 170)
			for i := range findings {
				ids[i] = fmt.Sprint("page-", i)
				findings[i] = finding(ids[i], collecttest.Production, "2026-03-10T12:00:00.000Z")
			}
			simaws.Set(b.Organization, simaws.Place{}, findings...)
			return "security.guard_duty", ids
		},
		Empty: collecttest.Clear[simaws.ThreatFinding],
		// Without a page of details the section would be incomplete without saying so.
		Essential: []string{"ListDetectors", "ListFindings", "GetFindings"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Request.Account = collecttest.Sandbox },
			Status:  outcome.NotEnabled, Reason: "no detector in us-east-1",
		}, {
			Prepare: func(b *collecttest.Bench) { b.Fault(simaws.Fault{Kind: simaws.Stopped}) },
			Status:  outcome.NotEnabled, Reason: "suspended in us-east-1",
		}},
	})
}

func finding(id, account, updated string) simaws.ThreatFinding {
	return simaws.ThreatFinding{ID: id, AccountID: account, Region: "us-east-1", Type: "Recon:EC2/Portscan", Severity: 5, CreatedAt: "2026-03-01T00:00:00.000Z", UpdatedAt: updated}
}

func TestOnlyOwnFindingsOfTheWindowAreReadOfThePast(t *testing.T) {
	b := bench(t)
	b.Request.History = true
	simaws.Set(b.Organization, simaws.Place{},
		finding("first", collecttest.Production, "2026-03-10T00:00:00.000Z"), finding("last", collecttest.Production, "2026-03-10T23:59:59.999Z"),
		finding("next-day", collecttest.Production, "2026-03-11T00:00:00.000Z"), finding("day-before", collecttest.Production, "2026-03-09T23:59:59.999Z"),
		finding("of-a-member", collecttest.Sandbox, "2026-03-10T12:00:00.000Z"))
	var got []string
	for _, f := range collecttest.Elements[snapshot.GuardDutyFinding](t, b.Passed(), "security.guard_duty") {
		got = append(got, *f.ID)
	}
	if diff := cmp.Diff([]string{"first", "last"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEmptyWindowNeedsNoDetails(t *testing.T) {
	b := bench(t)
	collecttest.Clear[simaws.ThreatFinding](b)
	b.Passed()
	if slices.Contains(b.Operations(), "guardduty:GetFindings") {
		t.Error("asked for the details of no findings")
	}
}

func TestArchivedFindingsAreClosed(t *testing.T) { // D45
	b := bench(t)
	closed := finding("closed", collecttest.Production, "2026-03-10T08:00:00.000Z")
	closed.Service.Archived = true
	simaws.Set(b.Organization, simaws.Place{}, finding("open", collecttest.Production, "2026-03-10T09:00:00.000Z"), closed)
	got := map[string]bool{}
	for _, f := range collecttest.Elements[snapshot.GuardDutyFinding](t, b.Passed(), "security.guard_duty") {
		got[*f.ID] = f.Archived
	}
	if diff := cmp.Diff(map[string]bool{"open": false, "closed": true}, got); diff != "" {
		t.Errorf("archived (-want +got):\n%s", diff)
	}
}

// The details come in any order; the section keeps that of the list.
// Archiving a finding in the console leaves its time of update: only a list of all that is not archived shows it.
func TestEverythingOpenIsListedOfThePresent(t *testing.T) {
	b := bench(t)
	archived := finding("archived-long-ago", collecttest.Production, "2026-03-01T00:00:00.000Z")
	archived.Service.Archived = true
	simaws.Set(b.Organization, simaws.Place{}, archived, finding("open-for-long", collecttest.Production, "2026-03-01T00:00:00.000Z"),
		finding("in-the-window", collecttest.Production, "2026-03-10T00:00:00.000Z"), finding("since-then", collecttest.Production, "2026-03-11T00:30:00.000Z"),
		finding("of-a-member", collecttest.Sandbox, "2026-03-01T12:00:00.000Z"))
	result := b.Passed()
	var got []string
	for _, f := range collecttest.Elements[snapshot.GuardDutyFinding](t, result, "security.guard_duty") {
		got = append(got, *f.ID)
	}
	if diff := cmp.Diff([]string{"in-the-window", "open-for-long", "since-then"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !result.Sections["security.guard_duty"].AllOpen {
		t.Error("the section does not say that it lists all that is open")
	}
}

func TestFindingsKeepTheOrderOfTheList(t *testing.T) {
	b := bench(t)
	b.Request.History = true
	ids := []string{"c", "a", "b"}
	type object = map[string]any
	b.Override(simaws.Answer{Service: "guardduty", Operation: "ListFindings", Give: func(simaws.Request) (any, error) {
		return object{"findingIds": ids}, nil
	}}, simaws.Answer{Service: "guardduty", Operation: "GetFindings", Give: func(simaws.Request) (any, error) {
		return object{"findings": []object{{"id": "a"}, {"id": "b"}, {"id": "c"}}}, nil
	}})
	var got []string
	for _, f := range collecttest.Elements[snapshot.GuardDutyFinding](t, b.Passed(), "security.guard_duty") {
		got = append(got, *f.ID)
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Error(diff)
	}
}
