package resiliencehub_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/resiliencehub"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "resilience_hub"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, resiliencehub.Collector, options)
}

func apps(t *testing.T, r collecttest.Result) []snapshot.ResilienceApp {
	t.Helper()
	return collecttest.Elements[snapshot.ResilienceApp](t, r, section)
}

func names(apps []snapshot.ResilienceApp) []string {
	var list []string
	for _, a := range apps {
		list = append(list, *a.Name)
	}
	return list
}

// assessed is an application with an assessment and objectives of its own.
func assessed(name string) simaws.App {
	rpo, rto := 300, 600
	return simaws.App{
		ARN: "arn:aws:resiliencehub:us-east-1:528416073925:app/" + name, Name: name, Created: simaws.Time{Time: collecttest.Now.AddDate(-1, 0, 0)},
		Compliance: "PolicyMet", Status: "Active", Score: 71.5, MonthlyCost: 410.25, PolicyARN: "arn:aws:resiliencehub:us-east-1:528416073925:resiliency-policy/" + name,
		Assessed: &simaws.Time{Time: collecttest.Now.Add(-3 * time.Hour)}, RPO: &rpo, RTO: &rto,
	}
}

// unassessed is an application whose objectives are only in its policy.
func unassessed(name string) simaws.App {
	app := assessed(name)
	app.Compliance, app.Score, app.Assessed, app.RPO, app.RTO = "NotAssessed", 0, nil, nil, nil
	return app
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, resiliencehub.Collector, collecttest.Cases{
		Pages: func(b *collecttest.Bench) (string, []string) {
			apps, names := make([]simaws.App, 130), make([]string, 130)
			for i := range apps {
				names[i] = fmt.Sprint("app-", i)
				apps[i] = assessed(names[i])
				apps[i].Created.Time = apps[i].Created.AddDate(0, 0, -i)
			}
			simaws.Set(b.Organization, simaws.Place{}, apps...)
			return section, names
		},
		Empty:     collecttest.Clear[simaws.App],
		Essential: []string{"ListApps"},
		NoHistory: true,
	})
}

func TestApplicationFillsEveryMember(t *testing.T) { // D58
	b := bench(t, simaws.Options{})
	simaws.Set(b.Organization, simaws.Place{}, assessed("checkout"), unassessed("search"))
	got := apps(t, b.Passed())
	checkout, search := got[0], got[1]
	if *checkout.RPO != 300 || *checkout.RTO != 600 || *checkout.Cost != 410.25 || *checkout.ResiliencyScore != 71.5 || *checkout.ComplianceStatus != "PolicyMet" {
		t.Errorf("got %+v", checkout)
	}
	if checkout.CreationTime.String() != "2025-03-11T02:00:00+00:00" || checkout.LastAssessmentTime.String() != "2026-03-10T23:00:00+00:00" || checkout.LastDrill != nil {
		t.Errorf("got times %v, %v and %v", checkout.CreationTime, checkout.LastAssessmentTime, checkout.LastDrill)
	}
	if *search.RPO != 3600 || *search.RTO != 7200 {
		t.Errorf("got objectives %d and %d, want those of the policy for the loss of a zone", *search.RPO, *search.RTO)
	}
	if search.LastAssessmentTime != nil || search.Cost != nil || search.ResiliencyScore != nil {
		t.Errorf("got %+v of an application that was never assessed", search)
	}
}

func TestCostComesFromTheLatestSuccessfulAssessment(t *testing.T) { // D58
	b := bench(t, simaws.Options{})
	simaws.Set(b.Organization, simaws.Place{}, assessed("checkout"))
	b.Override(simaws.Answer{Service: "resiliencehub", Operation: "ListAppAssessments", Give: func(r simaws.Request) (any, error) {
		amount := 1.0 // of the first one ever: the API sorts by ascending time unless asked otherwise
		if text := string(r.Input); strings.Contains(text, `"reverseOrder":"true"`) || strings.Contains(text, `"reverseOrder":true`) {
			amount = 2
		}
		return map[string]any{"assessmentSummaries": []any{map[string]any{"assessmentArn": "running", "assessmentStatus": "InProgress"}, map[string]any{
			"assessmentArn": "arn", "assessmentStatus": "Success", "cost": map[string]any{"amount": amount, "currency": "USD", "frequency": "Monthly"},
		}}}, nil
	}})
	if got := apps(t, b.Passed()); *got[0].Cost != 2 {
		t.Errorf("got cost %v, want that of the latest assessment", *got[0].Cost)
	}
}

// A failed assessment leaves the compliance of an earlier one, which would look like today's.
func TestFailedAssessmentIsSaid(t *testing.T) {
	b := bench(t, simaws.Options{})
	app := assessed("checkout")
	app.Failure = "The stack no longer exists."
	simaws.Set(b.Organization, simaws.Place{}, app)
	result := b.Run()
	if result.Status != outcome.Warned || !strings.Contains(result.Reason, "The stack no longer exists.") || !strings.Contains(result.Reason, "compliance is that of an earlier one") {
		t.Errorf("got status %q (%s)", result.Status, result.Reason)
	}
	if got := apps(t, result); len(got) != 1 || got[0].Cost == nil {
		t.Errorf("got %+v, want the application with the cost of its last good assessment", got)
	}
}

func TestApplicationWithObjectivesIsNotDescribed(t *testing.T) {
	b := bench(t, simaws.Options{})
	simaws.Set(b.Organization, simaws.Place{}, assessed("checkout"))
	b.Passed()
	if slices.Contains(b.Operations(), "resiliencehub:DescribeApp") {
		t.Error("an application that lists its objectives was described")
	}
}

func TestOneApplicationFailsAlone(t *testing.T) {
	b := bench(t, simaws.Options{})
	simaws.Set(b.Organization, simaws.Place{}, assessed("cart"), unassessed("checkout"), assessed("search"))
	b.Fault(simaws.Fault{Operation: "DescribeResiliencyPolicy", Kind: simaws.Denied}, simaws.Fault{Operation: "ListAppAssessments", Kind: simaws.Denied, Times: 1})
	result := b.Run()
	if result.Err != nil || result.Status != outcome.Warned || result.Warnings != 2 {
		t.Fatalf("got status %q with %d warnings, error %v", result.Status, result.Warnings, result.Err)
	}
	var texts []string
	for _, message := range result.Messages {
		texts = append(texts, message.Key+": "+message.Text)
	}
	slices.Sort(texts)
	want := []string{section + ": denied resiliencehub:DescribeResiliencyPolicy", section + ": denied resiliencehub:ListAppAssessments"}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got := apps(t, result)
	if diff := cmp.Diff([]string{"cart", "checkout", "search"}, names(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got[1].RPO != nil || *got[1].ComplianceStatus != "NotAssessed" || (got[0].Cost == nil) == (got[2].Cost == nil) {
		t.Errorf("got %+v", got)
	}
}

// The assessments of five applications are held back until all five have been asked for.
func TestApplicationsAreReadSideBySide(t *testing.T) {
	b := bench(t, simaws.Options{})
	var five []simaws.App
	for i := range 5 {
		five = append(five, assessed(fmt.Sprint("app-", i)))
	}
	simaws.Set(b.Organization, simaws.Place{}, five...)
	var once sync.Map
	var asked sync.WaitGroup
	asked.Add(len(five))
	b.Override(simaws.Answer{Service: "resiliencehub", Operation: "ListAppAssessments", Give: func(r simaws.Request) (any, error) {
		var input struct{ AppArn string }
		if err := json.Unmarshal(r.Input, &input); err != nil {
			return nil, err
		}
		if _, again := once.LoadOrStore(input.AppArn, true); !again {
			asked.Done()
			asked.Wait()
		}
		return nil, simaws.ErrPassOn
	}})
	b.Passed()
}
