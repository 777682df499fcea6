package inspector_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/inspector"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "security.inspector"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, inspector.Collector, simaws.Options{})
}

func findings(t *testing.T, r collecttest.Result) []snapshot.InspectorFinding {
	t.Helper()
	return collecttest.Elements[snapshot.InspectorFinding](t, r, section)
}

// statuses are the statuses by ARN.
func statuses(findings []snapshot.InspectorFinding) map[string]string {
	by := map[string]string{}
	for _, f := range findings {
		by[*f.FindingARN] = *f.Status
	}
	return by
}

func finding(arn, status string, updated time.Time) simaws.Vulnerability {
	at := simaws.Time{Time: updated}
	return simaws.Vulnerability{
		FindingARN: arn, AwsAccountID: collecttest.Production, Type: "PACKAGE_VULNERABILITY", Severity: "HIGH", Status: status, Title: arn,
		FirstObservedAt: simaws.Time{Time: updated.AddDate(0, -2, 0)}, LastObservedAt: at, UpdatedAt: at,
	}
}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Passed().Golden(t, "inspector")
	b.LeastPrivilege()
}

func TestEveryPageOfTheWindowIsRead(t *testing.T) { // D46
	b := bench(t)
	var many []simaws.Vulnerability
	for i := range 250 {
		many = append(many,
			finding(fmt.Sprintf("old-%d", i), "ACTIVE", b.Request.Window.Start.AddDate(0, 0, -3)),
			finding(fmt.Sprintf("new-%d", i), "ACTIVE", b.Request.Window.Start.Add(time.Hour)))
	}
	simaws.Set(b.Organization, simaws.Place{}, many...)
	got := findings(t, b.Passed())
	if len(got) != 250 || *got[249].FindingARN != "new-249" {
		t.Errorf("got %d findings, want the 250 that changed in the window", len(got))
	}
	if calls := len(b.Calls()); calls != 3 {
		t.Errorf("got %d calls, want 3 pages: the service selects", calls)
	}
}

func TestAdministratorReportsOnlyItsOwnFindings(t *testing.T) { // D46
	b := bench(t)
	foreign := finding("member", "ACTIVE", b.Request.Window.Start)
	foreign.AwsAccountID = collecttest.Staging
	simaws.Set(b.Organization, simaws.Place{}, foreign, finding("own", "ACTIVE", b.Request.Window.Start))
	if diff := cmp.Diff(map[string]string{"own": "ACTIVE"}, statuses(findings(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClosuresAreReported(t *testing.T) { // D20
	b := bench(t)
	at := b.Request.Window.Start.Add(time.Minute)
	simaws.Set(b.Organization, simaws.Place{}, finding("a", "ACTIVE", at), finding("b", "CLOSED", at), finding("c", "SUPPRESSED", at))
	if diff := cmp.Diff(map[string]string{"a": "ACTIVE", "b": "CLOSED", "c": "SUPPRESSED"}, statuses(findings(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWindowExcludesItsEnd(t *testing.T) { // D21
	b := bench(t)
	window := b.Request.Window
	simaws.Set(b.Organization, simaws.Place{},
		finding("before", "ACTIVE", window.Start.Add(-time.Second)), finding("at-start", "ACTIVE", window.Start), finding("at-end", "ACTIVE", window.End))
	if diff := cmp.Diff(map[string]string{"at-start": "ACTIVE"}, statuses(findings(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPastDateHasOnlyItsOwnFindings(t *testing.T) { // D25
	b := bench(t)
	day := b.Request.Window.Start.AddDate(0, 0, -20)
	b.Request.History, b.Request.Window = true, snapshot.Window{Start: day, End: day.AddDate(0, 0, 1)}
	got := findings(t, b.Passed())
	for _, f := range got {
		if !b.Request.Window.Contains(f.UpdatedAt.Time) {
			t.Errorf("finding %s was updated at %s, outside the past day", *f.FindingARN, f.UpdatedAt)
		}
	}
	if len(got) == 0 {
		t.Error("got no finding of the past day")
	}
}

func TestThrottlingLosesNothing(t *testing.T) { // D15
	b := bench(t)
	want := findings(t, b.Passed())
	b.Fault(simaws.Fault{Kind: simaws.Throttled, Times: 3})
	result := b.Passed()
	t.Logf("%d throttles in %d calls", result.Throttles, result.Calls)
	if result.Throttles != 3 {
		t.Errorf("got %d throttles, want 3", result.Throttles)
	}
	if diff := cmp.Diff(want, findings(t, result)); diff != "" {
		t.Errorf("(-calm +throttled):\n%s", diff)
	}
}

func TestNotEnabled(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Kind: simaws.NotEnabled})
	result := b.Run()
	if result.Err != nil || result.Status != collect.NotEnabled || !strings.Contains(result.Reason, "Inspector is off in us-east-1") {
		t.Errorf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
	}
}

func TestDenied(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Kind: simaws.Denied})
	if result := b.Run(); fault.ClassOf(result.Err) != fault.Denied || result.Err.Error() != "denied inspector2:ListFindings" {
		t.Errorf("got %v", result.Err)
	}
}

func TestEmpty(t *testing.T) {
	b := bench(t)
	simaws.Set[simaws.Vulnerability](b.Organization, simaws.Place{})
	if got := string(b.Passed().Content[section]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}
