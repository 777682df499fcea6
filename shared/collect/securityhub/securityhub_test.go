package securityhub_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/securityhub"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "security.security_hub"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, securityhub.Collector, simaws.Options{})
}

func products(t *testing.T, r collecttest.Result) []snapshot.SecurityHubProduct {
	t.Helper()
	return collecttest.Elements[snapshot.SecurityHubProduct](t, r, section)
}

// ids are the findings' ids, in the order of the section.
func ids(products []snapshot.SecurityHubProduct) []string {
	ids := []string{}
	for _, p := range products {
		for _, f := range p.Findings {
			ids = append(ids, *f.FindingID)
		}
	}
	return ids
}

// finding is a new one of the window, changed by change.
func finding(b *collecttest.Bench, id string, change func(*simaws.SecurityFinding)) simaws.SecurityFinding {
	at := b.Request.Window.Start.Add(time.Hour).Format(time.RFC3339)
	f := simaws.SecurityFinding{
		ID: id, AwsAccountID: b.Request.Account, Region: b.Request.Region, ProductName: "Security Hub", CreatedAt: at, UpdatedAt: at, Title: id,
		Severity: simaws.SeverityLabel{Label: "HIGH"}, Workflow: simaws.WorkflowStatus{Status: "NEW"}, RecordState: "ACTIVE",
		Resources: []simaws.FindingResource{{Type: "AwsS3Bucket", ID: "arn:aws:s3:::b"}},
	}
	change(&f)
	return f
}

func asIs(*simaws.SecurityFinding) {}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, securityhub.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.1},
		Golden:  func(b *collecttest.Bench) { b.Request.Account = collecttest.Platform },
		Pages: func(b *collecttest.Bench) (string, []string) {
			findings, ids := make([]simaws.SecurityFinding, 1050), make([]string, 1050)
			for i := range findings {
				ids[i] = fmt.Sprint("finding-", i)
				findings[i] = finding(b, ids[i], func(f *simaws.SecurityFinding) { f.Title = "a title" })
			}
			simaws.Set(b.Organization, simaws.Place{}, findings...)
			return section, ids
		},
		Empty:     collecttest.Clear[simaws.SecurityFinding],
		Essential: []string{"ListFindingAggregators", "GetFindingAggregator", "GetFindings"},
		Otherwise: func(b *collecttest.Bench) {
			enableOnlyV2(b, simaws.SecurityHubV2{Home: b.Request.Region, Mode: "ALL_REGIONS"})
		},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Request.Account = collecttest.Sandbox },
			Status:  outcome.NotEnabled, Reason: "Security Hub is off in us-east-1",
		}},
	})
}

func TestProductWithMostFindingsFirst(t *testing.T) {
	b := bench(t)
	var all []simaws.SecurityFinding
	for i, product := range []string{"Macie", "Inspector", "GuardDuty", "Inspector", "GuardDuty", "", "Inspector"} {
		all = append(all, finding(b, fmt.Sprint(i), func(f *simaws.SecurityFinding) { f.ProductName = product }))
	}
	simaws.Set(b.Organization, simaws.Place{}, all...)
	result := b.Passed()
	var order []string
	got := products(t, result)
	for _, p := range got {
		order = append(order, fmt.Sprint(p.Service, " ", p.TotalFindings))
	}
	if diff := cmp.Diff([]string{"Inspector 3", "GuardDuty 2", "Macie 1", " 1"}, order); diff != "" {
		t.Errorf("products (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1", "3", "6", "2", "4", "0", "5"}, ids(got)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if result.Sections[section].Items != 4 || result.Items != 7 {
		t.Errorf("the outcome tells of %d products and %d items, want 4 and 7", result.Sections[section].Items, result.Items)
	}
}

func TestManyProductsShareAnElement(t *testing.T) {
	b := bench(t)
	var all []simaws.SecurityFinding
	for i := range 300 {
		all = append(all, finding(b, fmt.Sprint(i), func(f *simaws.SecurityFinding) { f.ProductName = fmt.Sprint("product-", i%30) }))
	}
	simaws.Set(b.Organization, simaws.Place{}, all...)
	got := products(t, b.Passed())
	if len(got) != 21 || got[0].Service != "Other products" || got[0].TotalFindings != 100 || len(ids(got)) != 300 {
		t.Errorf("got %d products with %d findings, the first being %s with %d", len(got), len(ids(got)), got[0].Service, got[0].TotalFindings)
	}
	if name := *got[0].Findings[0].ProductName; name != "product-20" {
		t.Errorf("the finding's own product is %s", name)
	}
}

func TestEveryFindingStateIsReported(t *testing.T) { // D47
	b := bench(t)
	states := []struct {
		workflow, record string
		open, resolved   int
	}{
		{"NEW", "ACTIVE", 1, 0},
		{"NEW", "ARCHIVED", 0, 0},
		{"NOTIFIED", "ACTIVE", 0, 0},
		{"SUPPRESSED", "ACTIVE", 0, 0},
		{"RESOLVED", "ACTIVE", 0, 1},
		{"RESOLVED", "ARCHIVED", 0, 1},
		{"", "ACTIVE", 1, 0},
	}
	var all []simaws.SecurityFinding
	for i, s := range states {
		all = append(all, finding(b, fmt.Sprint(i), func(f *simaws.SecurityFinding) {
			f.CreatedAt = b.Request.Window.Start.AddDate(0, -1, 0).Format(time.RFC3339) // changed, not created, in the window
			f.ProductName, f.Workflow.Status, f.RecordState = fmt.Sprint(i), s.workflow, s.record
		}))
	}
	simaws.Set(b.Organization, simaws.Place{}, all...)
	got := products(t, b.Passed())
	if len(got) != len(states) {
		t.Fatalf("got %d products, want %d", len(got), len(states))
	}
	for i, s := range states {
		if got[i].OpenFindings != s.open || got[i].ResolvedFindings != s.resolved || got[i].TotalFindings != 1 {
			t.Errorf("%s %s: got open %d, resolved %d, total %d", s.workflow, s.record, got[i].OpenFindings, got[i].ResolvedFindings, got[i].TotalFindings)
		}
	}
	if status := got[6].Findings[0].Status; status != "OPEN" {
		t.Errorf("without a workflow status got %q, want OPEN", status)
	}
}

func TestFindingWithoutResourcesIsReported(t *testing.T) { // D47
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, finding(b, "bare", func(f *simaws.SecurityFinding) { f.Resources = nil }), finding(b, "usual", asIs))
	got := products(t, b.Passed())[0].Findings
	if len(got) != 2 || got[0].ResourceID != nil || got[0].Service == nil || *got[0].Service != "Security Hub" || *got[1].Service != "AwsS3Bucket" {
		t.Errorf("got %+v", got)
	}
}

func TestFindingsCountBySeverity(t *testing.T) {
	b := bench(t)
	var all []simaws.SecurityFinding
	for i, label := range []string{"CRITICAL", "HIGH", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"} {
		all = append(all, finding(b, fmt.Sprint(i), func(f *simaws.SecurityFinding) { f.Severity.Label = label }))
	}
	simaws.Set(b.Organization, simaws.Place{}, all...)
	got := products(t, b.Passed())[0]
	if diff := cmp.Diff(snapshot.SeverityCounts{Critical: 1, High: 2, Medium: 1, Low: 1}, got.SeverityCounts); diff != "" || got.TotalFindings != 5 {
		t.Errorf("got %d findings (-want +got):\n%s", got.TotalFindings, diff)
	}
}

func TestWindowExcludesItsEnd(t *testing.T) { // D21
	b := bench(t)
	at := func(id string, updated time.Time) simaws.SecurityFinding {
		return finding(b, id, func(f *simaws.SecurityFinding) { f.UpdatedAt = updated.Format("2006-01-02T15:04:05.000Z") })
	}
	window := b.Request.Window
	simaws.Set(b.Organization, simaws.Place{},
		at("before", window.Start.Add(-time.Millisecond)), at("start", window.Start), at("last", window.End.Add(-time.Millisecond)), at("end", window.End))
	b.Request.History = true
	if diff := cmp.Diff([]string{"start", "last"}, ids(products(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// BatchUpdateFindings changes the workflow and not the time of update, and products import findings with times in the past:
// only a list of all that is open shows either. The counts are of the window.
// Where the home of the aggregation is not collected, nobody else reads the findings.
func TestFindingsOfAnAggregationThatIsNotCoveredAreReadHere(t *testing.T) {
	b := bench(t)
	b.Override(
		simaws.Answer{Service: "securityhub", Operation: "ListFindingAggregators", Give: func(simaws.Request) (any, error) {
			return map[string]any{"FindingAggregators": []any{map[string]any{"FindingAggregatorArn": "arn:a"}}}, nil
		}},
		simaws.Answer{Service: "securityhub", Operation: "GetFindingAggregator", Give: func(simaws.Request) (any, error) {
			return map[string]any{"FindingAggregationRegion": "ap-northeast-1", "RegionLinkingMode": "ALL_REGIONS"}, nil
		}})
	simaws.Set(b.Organization, simaws.Place{}, finding(b, "f", asIs))
	b.Request.Covered = []string{"us-east-1", "eu-west-1"}
	result := b.Passed()
	if got := ids(products(t, result)); len(got) != 1 || !strings.Contains(fmt.Sprint(result.Messages), "ap-northeast-1, which is not collected: they are read in us-east-1") {
		t.Errorf("got %v, messages %v", got, result.Messages)
	}
	b.Request.Covered = append(b.Request.Covered, "ap-northeast-1")
	if result := b.Run(); result.Status != outcome.Skipped {
		t.Errorf("got status %q, want the findings to be left to the covered home", result.Status)
	}
}

func TestEverythingOpenIsListedOfThePresent(t *testing.T) {
	b := bench(t)
	at := func(id, updated, status, record string) simaws.SecurityFinding {
		return finding(b, id, func(f *simaws.SecurityFinding) {
			f.UpdatedAt, f.Workflow.Status, f.RecordState = updated+"T12:00:00.000Z", status, record
		})
	}
	simaws.Set(b.Organization, simaws.Place{},
		at("changed", "2026-03-10", "RESOLVED", "ACTIVE"), at("new for long", "2026-02-01", "NEW", "ACTIVE"), at("notified", "2026-02-01", "NOTIFIED", "ACTIVE"),
		at("suppressed since", "2026-02-01", "SUPPRESSED", "ACTIVE"), at("archived", "2026-02-01", "NEW", "ARCHIVED"), at("imported late", "2026-03-05", "NEW", "ACTIVE"))
	result := b.Passed()
	found := products(t, result)
	if diff := cmp.Diff([]string{"changed", "new for long", "notified", "imported late"}, ids(found)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(found) != 1 || found[0].TotalFindings != 1 || found[0].OpenFindings != 0 || found[0].ResolvedFindings != 1 {
		t.Errorf("counts %+v, want those of the window", found)
	}
	if !result.Sections["security.security_hub"].AllOpen {
		t.Error("the section does not say that it lists all that is open")
	}
	b.Request.History = true
	if past := b.Passed(); past.Sections["security.security_hub"].AllOpen || len(ids(products(t, past))) != 1 {
		t.Error("a past date lists what is open today")
	}
}

func TestPastDateHasOnlyItsOwnFindings(t *testing.T) { // D25
	b := bench(t)
	day := b.Request.Window.Start.AddDate(0, 0, -20)
	b.Request.History, b.Request.Window = true, snapshot.Window{Start: day, End: day.AddDate(0, 0, 1)}
	got := products(t, b.Passed())
	for _, p := range got {
		for _, f := range p.Findings {
			if !strings.HasPrefix(*f.UpdatedAt, day.Format(time.DateOnly)) {
				t.Errorf("finding %s was updated at %s, not on %s", *f.FindingID, *f.UpdatedAt, day.Format(time.DateOnly))
			}
		}
	}
	if len(got) == 0 {
		t.Error("got no finding of the past day")
	}
}

func TestOtherAccountsOfTheAdministrator(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, finding(b, "own", asIs),
		finding(b, "member", func(f *simaws.SecurityFinding) { f.AwsAccountID = collecttest.Staging }))
	if diff := cmp.Diff([]string{"own"}, ids(products(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyTheAggregationRegionReports(t *testing.T) {
	link := func(b *collecttest.Bench, mode string, regions ...string) {
		b.Override(simaws.Answer{Service: "securityhub", Operation: "GetFindingAggregator", Give: func(simaws.Request) (any, error) {
			return map[string]any{"FindingAggregationRegion": "us-east-1", "RegionLinkingMode": mode, "Regions": regions}, nil
		}})
	}
	for _, c := range []struct {
		name, region, mode string
		regions            []string
		skipped            bool
	}{
		{"home", "us-east-1", "ALL_REGIONS", nil, false},
		{"linked with all", "eu-west-1", "ALL_REGIONS", nil, true},
		{"linked by name", "eu-west-1", "SPECIFIED_REGIONS", []string{"eu-west-1"}, true},
		{"not named", "eu-west-1", "SPECIFIED_REGIONS", []string{"eu-central-1"}, false},
		{"left out", "eu-west-1", "ALL_REGIONS_EXCEPT_SPECIFIED", []string{"eu-west-1"}, false},
		{"not left out", "eu-west-1", "ALL_REGIONS_EXCEPT_SPECIFIED", []string{"eu-central-1"}, true},
		{"no regions linked", "eu-west-1", "NO_REGIONS", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := bench(t)
			b.Request.Region, b.Request.Home = c.region, c.region == "us-east-1"
			link(b, c.mode, c.regions...)
			result := b.Run()
			if result.Err != nil || (result.Status == outcome.Skipped) != c.skipped {
				t.Fatalf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
			}
			if _, there := result.Content[section]; there == c.skipped {
				t.Errorf("section is there: %v", there)
			}
			if c.skipped && !strings.Contains(result.Reason, "to us-east-1") {
				t.Errorf("the reason %q does not name the region", result.Reason)
			}
			if !slices.Equal(result.Messages, nil) {
				t.Errorf("got messages %v", result.Messages)
			}
		})
	}
}
