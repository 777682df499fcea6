package config_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/config"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, config.Collector, simaws.Options{Volume: 0.2})
}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Passed().Golden(t, "config")
	b.LeastPrivilege()
}

func TestThrottlingLosesNothing(t *testing.T) {
	calm := bench(t)
	want := calm.Passed()
	b := collecttest.New(t, config.Collector, simaws.Options{Volume: 0.2})
	b.Fault(simaws.Fault{Service: "config", Rate: 0.3, Kind: simaws.Throttled})
	got := b.Passed()
	t.Logf("%d of %d calls were throttled", got.Throttles, got.Calls)
	if diff := cmp.Diff(want.Content, got.Content); diff != "" || got.Throttles == 0 {
		t.Errorf("with %d throttles something is lost:\n%s", got.Throttles, diff)
	}
}

func TestDeniedNamesTheAction(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Service: "config", Operation: "DescribeComplianceByConfigRule", Kind: simaws.Denied})
	result := b.Run()
	if fault.ClassOf(result.Err) != fault.Denied || result.Err.Error() != "denied config:DescribeComplianceByConfigRule" {
		t.Errorf("error %v, want one that names config:DescribeComplianceByConfigRule", result.Err)
	}
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

func TestD44BothTypesInTheWindow(t *testing.T) {
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
	if s.ComplianceScore != 50 || s.TotalRules != 2 || s.CurrNonCompliant != 1 || s.CurrCompliant != 1 {
		t.Errorf("counters %+v, want a score of 50 of two rules", s.Config)
	}
	b.Request.AllResources = true
	if all := read(t, b.Passed()); len(all.Evaluations) != 5 {
		t.Errorf("%d evaluations of all resources, want 5", len(all.Evaluations))
	}
}

func TestD42AllPagesOfARule(t *testing.T) {
	b := bench(t)
	var results []simaws.Evaluation
	for i := range 350 {
		results = append(results, evaluation(fmt.Sprint("bucket-", i), false, "2026-03-10T12:00:00Z"))
	}
	simaws.Set(b.Organization, simaws.Place{}, simaws.Rule{Name: "r", Results: results})
	if s := read(t, b.Passed()); len(s.Evaluations) != 350 || s.ComplianceScore != 0 {
		t.Errorf("%d evaluations, score %v", len(s.Evaluations), s.ComplianceScore)
	}
}
