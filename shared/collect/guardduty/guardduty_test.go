package guardduty_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/guardduty"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, guardduty.Collector, simaws.Options{Volume: 0.2})
}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Passed().Golden(t, "guardduty")
	b.LeastPrivilege()
}

func finding(id, account, updated string) simaws.ThreatFinding {
	return simaws.ThreatFinding{ID: id, AccountID: account, Region: "us-east-1", Type: "Recon:EC2/Portscan", Severity: 5, CreatedAt: "2026-03-01T00:00:00.000Z", UpdatedAt: updated}
}

func TestEveryPageOfTheWindowIsRead(t *testing.T) { // D45
	b := bench(t)
	findings := []simaws.ThreatFinding{
		finding("first", collecttest.Production, "2026-03-10T00:00:00.000Z"), finding("last", collecttest.Production, "2026-03-10T23:59:59.999Z"),
		finding("next-day", collecttest.Production, "2026-03-11T00:00:00.000Z"), finding("day-before", collecttest.Production, "2026-03-09T23:59:59.999Z"),
		finding("of-a-member", collecttest.Sandbox, "2026-03-10T12:00:00.000Z"),
	}
	for i := range 170 {
		findings = append(findings, finding(fmt.Sprint("page-", i), collecttest.Production, "2026-03-10T12:00:00.000Z"))
	}
	simaws.Set(b.Organization, simaws.Place{}, findings...)
	got := map[string]bool{}
	for _, f := range collecttest.Elements[snapshot.GuardDutyFinding](t, b.Passed(), "security.guard_duty") {
		got[*f.ID] = true
	}
	if len(got) != 172 || !got["first"] || !got["last"] || got["next-day"] || got["day-before"] || got["of-a-member"] {
		t.Errorf("%d findings: %v", len(got), got)
	}
}

func TestNotEnabled(t *testing.T) {
	b := bench(t)
	b.Request.Account, b.Request.Region = collecttest.Sandbox, "us-east-1"
	if result := b.Run(); result.Err != nil || result.Status != collect.NotEnabled || !strings.Contains(result.Reason, "no detector in us-east-1") {
		t.Errorf("status %q, reason %q, error %v, want not enabled with a reason", result.Status, result.Reason, result.Err)
	}
}

// stopping is a test whose context ends before the test does.
type stopping struct {
	testing.TB
	ctx context.Context
}

func (s stopping) Context() context.Context { return s.ctx }

func TestCancelledContextEndsTheRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	b := collecttest.New(stopping{t, ctx}, guardduty.Collector, simaws.Options{Volume: 20})
	b.Override(simaws.Answer{Service: "guardduty", Operation: "GetFindings", Give: func(simaws.Request) (any, error) {
		cancel()
		return nil, simaws.ErrPassOn
	}})
	if result := b.Run(); !errors.Is(result.Err, context.Canceled) || len(b.Calls()) > 15 {
		t.Errorf("error %v after %d calls", result.Err, len(b.Calls()))
	}
}

func TestEmptyWindow(t *testing.T) {
	b := bench(t)
	simaws.Set[simaws.ThreatFinding](b.Organization, simaws.Place{})
	if got := string(b.Passed().Content["security.guard_duty"]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
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
func TestFindingsKeepTheOrderOfTheList(t *testing.T) {
	b := bench(t)
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

// Without a page of details the section would be incomplete without saying so.
func TestDeniedDetailsFailTheSource(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Service: "guardduty", Operation: "GetFindings", Kind: simaws.Denied})
	if err := b.Run().Err; fault.DeniedAction(err) != "guardduty:GetFindings" {
		t.Errorf("got error %v", err)
	}
}

func TestPagesOfNoFindings(t *testing.T) {
	b := bench(t)
	want := b.Passed()
	b.Fault(simaws.Fault{Service: "guardduty", Operation: "ListFindings", Kind: simaws.EmptyPage, Times: 1})
	if diff := cmp.Diff(want.Content, b.Passed().Content); diff != "" {
		t.Errorf("an empty page ended the list:\n%s", diff)
	}
}
