package config_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/config"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, config.Collector, simaws.Options{Volume: 0.2})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, config.Collector, collecttest.Cases{
		Options:   simaws.Options{Volume: 0.2},
		Essential: []string{"DescribeConfigurationRecorders", "DescribeComplianceByConfigRule"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Fault(simaws.Fault{Kind: simaws.NotEnabled}) },
			Status:  outcome.NotEnabled, Reason: "us-east-1: turn on a configuration recorder",
		}, {
			Prepare: func(b *collecttest.Bench) { b.Fault(simaws.Fault{Kind: simaws.Stopped}) },
			Status:  outcome.NotEnabled, Reason: "recorder in us-east-1 is stopped",
		}},
		Pages: func(b *collecttest.Bench) (string, []string) {
			rule := simaws.Rule{Name: "r"}
			ids := make([]string, 350)
			for i := range ids {
				ids[i] = fmt.Sprint("bucket-", i)
				rule.Results = append(rule.Results, evaluation(ids[i], false, "2026-03-10T12:00:00Z"))
			}
			simaws.Set(b.Organization, simaws.Place{}, rule)
			return "config", ids
		},
	})
}

type section struct {
	snapshot.Config
	Evaluations []snapshot.ConfigEvaluation `json:"non_compliant_resources"`
}

func read(t *testing.T, result collecttest.Result) (s section) {
	t.Helper()
	if err := json.Unmarshal(result.Content["config"], &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func evaluation(id string, compliant bool, recorded string) simaws.Evaluation {
	at, _ := time.Parse(time.RFC3339, recorded)
	return simaws.Evaluation{ResourceID: id, ResourceType: "AWS::S3::Bucket", Compliant: compliant, Recorded: at}
}

func counters(score float64, compliant, nonCompliant, currCompliant, currNonCompliant int) snapshot.ConfigCounters {
	total := compliant + nonCompliant
	return snapshot.ConfigCounters{
		ComplianceScore: &score, TotalRules: &total, CompliantRules: &compliant, NonCompliantRules: &nonCompliant,
		CurrCompliant: &currCompliant, CurrNonCompliant: &currNonCompliant,
	}
}

// A rule that is not compliant is not one that is, because one of its resources became compliant.
func TestRuleCountsByItsOwnState(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Rule{Name: "broken", Results: []simaws.Evaluation{
		evaluation("bad", false, "2026-02-10T00:00:00Z"), evaluation("good", true, "2026-03-10T23:59:59Z"),
	}})
	if diff := cmp.Diff(counters(0, 0, 1, 0, 1), read(t, b.Passed()).ConfigCounters); diff != "" {
		t.Error(diff)
	}
}

// Today's state is not that of a past date.
func TestPastDateHasNoCounters(t *testing.T) {
	b := bench(t)
	b.Request.History = true
	result := b.Passed()
	if diff := cmp.Diff(snapshot.ConfigCounters{}, read(t, result).ConfigCounters); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(result.Content["config"]), `"compliance_score":null`) {
		t.Errorf("got %s", result.Content["config"])
	}
}

func TestBothComplianceTypesOfTheWindowAreReported(t *testing.T) { // D44
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{},
		simaws.Rule{Name: "broken", Packs: []string{"z-pack", "a-pack"}, Results: []simaws.Evaluation{
			evaluation("bad", false, "2026-03-10T00:00:00Z"), evaluation("good", true, "2026-03-10T23:59:59Z"),
			evaluation("next-day", false, "2026-03-11T00:00:00Z"), evaluation("old", false, "2026-03-09T23:59:59Z"),
		}},
		simaws.Rule{Name: "kept", Results: []simaws.Evaluation{evaluation("fine", true, "2026-03-10T12:00:00Z")}},
		simaws.Rule{Name: "silent", NoData: true})
	s := read(t, b.Passed())
	var got []string
	for _, e := range s.Evaluations {
		got = append(got, e.RuleName+" "+*e.ResourceID+" "+e.ComplianceType+" "+e.ConformancePack)
	}
	want := []string{"broken bad NON_COMPLIANT a-pack", "broken good COMPLIANT a-pack", "kept fine COMPLIANT Standalone"} // D43
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(counters(50, 1, 1, 1, 1), s.ConfigCounters); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	b.Request.AllResources = true
	if all := read(t, b.Passed()); len(all.Evaluations) != 5 {
		t.Errorf("%d evaluations of all resources, want 5", len(all.Evaluations))
	}
}

func TestRegionWithoutRulesHasEmptyLists(t *testing.T) {
	b := bench(t)
	simaws.Set[simaws.Rule](b.Organization, simaws.Place{})
	result := b.Passed()
	s := read(t, result)
	want := snapshot.Config{DateFrom: "2026-03-10", DateTo: "2026-03-11", ConfigCounters: counters(0, 0, 0, 0, 0)} // a score of 0, not of 100
	if diff := cmp.Diff(want, s.Config); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(result.Content["config"]), `"non_compliant_resources":[]`) {
		t.Errorf("got %s, want an empty list", result.Content["config"])
	}
}

func TestPacksAndRulesOfEveryPageAreRead(t *testing.T) { // D43
	b := bench(t)
	var rules []simaws.Rule
	for i := range 60 { // a page holds 20 packs and 25 rules
		rules = append(rules, simaws.Rule{
			Name: fmt.Sprintf("rule-%02d", i), Packs: []string{"shared-by-all", fmt.Sprintf("pack-%02d", i)},
			Results: []simaws.Evaluation{evaluation("bucket", i%3 > 0, "2026-03-10T12:00:00Z")},
		})
	}
	simaws.Set(b.Organization, simaws.Place{}, rules...)
	s := read(t, b.Passed())
	if diff := cmp.Diff(counters(66.67, 40, 20, 40, 20), s.ConfigCounters); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	if len(s.Evaluations) != 60 {
		t.Fatalf("%d evaluations, want 60", len(s.Evaluations))
	}
	for i, e := range s.Evaluations {
		if e.RuleName != fmt.Sprintf("rule-%02d", i) || e.ConformancePack != fmt.Sprintf("pack-%02d", i) {
			t.Errorf("evaluation %d is of %s in %s", i, e.RuleName, e.ConformancePack)
		}
	}
}

func TestPackOfManyRules(t *testing.T) {
	b := bench(t)
	var rules []simaws.Rule
	for i := range 1100 { // a page holds 1000
		rules = append(rules, simaws.Rule{Name: fmt.Sprintf("rule-%04d", i), Packs: []string{"large"}, NoData: true})
	}
	rules[1099].Results = []simaws.Evaluation{evaluation("bucket", true, "2026-03-10T12:00:00Z")}
	simaws.Set(b.Organization, simaws.Place{}, rules...)
	s := read(t, b.Passed())
	if len(s.Evaluations) != 1 || s.Evaluations[0].ConformancePack != "large" {
		t.Errorf("got %+v, want the last rule in its pack", s.Evaluations)
	}
}

func TestEvaluationHasItsRecordedTime(t *testing.T) { // D44
	b := bench(t)
	e := evaluation("bucket", false, "2026-03-10T12:30:00Z")
	e.Annotation, e.Mode = "The bucket is open.", "PROACTIVE"
	simaws.Set(b.Organization, simaws.Place{}, simaws.Rule{Name: "r", Results: []simaws.Evaluation{e}})
	recorded, id, kind := snapshot.TimeOf(&e.Recorded), "bucket", "AWS::S3::Bucket"
	want := []snapshot.ConfigEvaluation{{
		RuleName: "r", ResourceID: &id, ResourceType: &kind, RecordedAt: recorded, ConformancePack: "Standalone",
		ComplianceType: "NON_COMPLIANT", Annotation: &e.Annotation, EvaluationMode: &e.Mode,
	}}
	if diff := cmp.Diff(want, read(t, b.Passed()).Evaluations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOneRuleFailsAlone(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{},
		simaws.Rule{Name: "closed", Results: []simaws.Evaluation{evaluation("a", false, "2026-03-10T12:00:00Z")}},
		simaws.Rule{Name: "open", Results: []simaws.Evaluation{evaluation("b", false, "2026-03-10T12:00:00Z")}})
	b.Override(simaws.Answer{Service: "config", Operation: "GetComplianceDetailsByConfigRule", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), "closed") {
			return nil, simaws.Failure(400, "AccessDeniedException", "User: x is not authorized to perform: config:GetComplianceDetailsByConfigRule")
		}
		return nil, simaws.ErrPassOn
	}})
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 1 || result.Reason != "denied config:GetComplianceDetailsByConfigRule" {
		t.Errorf("status %q with %d warnings, reason %q", result.Status, result.Warnings, result.Reason)
	}
	s := read(t, result)
	if *s.TotalRules != 2 || len(s.Evaluations) != 1 || s.Evaluations[0].RuleName != "open" {
		t.Errorf("got %+v, want the other rule's evaluation and both counted", s)
	}
}

func TestPacksDeniedLeaveTheRules(t *testing.T) {
	for _, operation := range []string{"DescribeConformancePacks", "DescribeConformancePackCompliance"} {
		b := collecttest.New(t, config.Collector, simaws.Options{Volume: 0.2})
		whole := read(t, b.Passed())
		b.Fault(simaws.Fault{Service: "config", Operation: operation, Kind: simaws.Denied})
		result := b.Run()
		if result.Status != outcome.Warned || result.Reason != "denied config:"+operation {
			t.Errorf("%s: status %q, reason %q", operation, result.Status, result.Reason)
		}
		s := read(t, result)
		packed := slices.ContainsFunc(s.Evaluations, func(e snapshot.ConfigEvaluation) bool { return e.ConformancePack != "Standalone" })
		if !cmp.Equal(s.Config, whole.Config) || len(s.Evaluations) != len(whole.Evaluations) || packed {
			t.Errorf("%s: got %+v with %d evaluations, want those of %+v without packs", operation, s.Config, len(s.Evaluations), whole.Config)
		}
	}
}
