package inspector_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/inspector"
	"view360/shared/collecttest"
	"view360/shared/outcome"
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

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, inspector.Collector, collecttest.Cases{
		Pages: func(b *collecttest.Bench) (string, []string) {
			findings, arns := make([]simaws.Vulnerability, 250), make([]string, 250)
			for i := range findings {
				arns[i] = fmt.Sprint("finding-", i)
				findings[i] = finding(arns[i], "ACTIVE", b.Request.Window.Start)
				findings[i].Title = "a title"
			}
			simaws.Set(b.Organization, simaws.Place{}, findings...)
			return section, arns
		},
		Empty:     collecttest.Clear[simaws.Vulnerability],
		Essential: []string{"ListFindings"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Fault(simaws.Fault{Kind: simaws.NotEnabled}) },
			Status:  outcome.NotEnabled, Reason: "Inspector is off in us-east-1",
		}},
	})
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
	if calls := len(b.Calls()); calls != 3+1 {
		t.Errorf("got %d calls, want 3 pages and the status: the service selects", calls)
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

// Nothing was found where nothing is scanned.
func TestUnscannedResourcesAreSaid(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Unscanned("ecr"), simaws.Unscanned("lambdaCode"))
	result := b.Run()
	if result.Status != outcome.Warned || !strings.Contains(result.Reason, "does not scan ECR images, Lambda code in us-east-1") {
		t.Errorf("got status %q (%s)", result.Status, result.Reason)
	}
	b.Request.History = true
	if result := b.Passed(); slices.Contains(b.Operations(), "inspector2:BatchGetAccountStatus") && result.Warnings > 0 {
		t.Errorf("a past date has %d warnings", result.Warnings)
	}
}
