package trustedadvisor_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/trustedadvisor"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "trusted_advisor"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, trustedadvisor.Collector, options)
}

func checks(t *testing.T, r collecttest.Result) []snapshot.TrustedAdvisorCheck {
	t.Helper()
	return collecttest.Elements[snapshot.TrustedAdvisorCheck](t, r, section)
}

func names(checks []snapshot.TrustedAdvisorCheck) []string {
	var list []string
	for _, c := range checks {
		list = append(list, *c.CheckName)
	}
	return list
}

// flagged are n checks that flag one resource each, and their names.
func flagged(n int) (checks []simaws.Check, names []string) {
	for i := range n {
		name := fmt.Sprint("check ", i)
		names = append(names, name)
		checks = append(checks, simaws.Check{ID: fmt.Sprint("id", i), Name: name, Status: "warning", Flagged: []string{"one"}})
	}
	return checks, names
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, trustedadvisor.Collector, collecttest.Cases{
		Pages: func(b *collecttest.Bench) (string, []string) {
			checks, names := flagged(480)
			simaws.Set(b.Organization, simaws.Place{}, checks...)
			return section, names
		},
		Empty:     collecttest.Clear[simaws.Check],
		Essential: []string{"DescribeTrustedAdvisorChecks", "DescribeTrustedAdvisorCheckSummaries"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Request.Account = collecttest.Staging },
			Status:  outcome.NotSubscribed, Reason: "Trusted Advisor needs Business Support+, Enterprise Support or",
		}},
		NoHistory: true,
	})
}

func TestFlaggedChecksReportTheirCurrentState(t *testing.T) { // D56
	b := bench(t, simaws.Options{})
	saving := 12.5
	simaws.Set(b.Organization, simaws.Place{},
		simaws.Check{ID: "1", Name: "refreshed long ago", Category: "cost_optimizing", Status: "error", Flagged: []string{"a", "b", "c"}, Suppressed: 1,
			Savings: &saving, Timestamp: collecttest.Now.AddDate(0, -2, 0)},
		simaws.Check{ID: "2", Name: "recovered", Status: "ok", Timestamp: collecttest.Now.Add(-time.Hour)},
		simaws.Check{ID: "3", Name: "all suppressed", Status: "warning", Flagged: []string{"a"}, Suppressed: 1},
		simaws.Check{ID: "4", Name: "unknown", Status: "not_available"},
		simaws.Check{ID: "5", Name: "open", Status: "warning", Flagged: []string{"a"}},
	)
	got := checks(t, b.Passed())
	if diff := cmp.Diff([]string{"refreshed long ago", "open"}, names(got)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if c := got[0]; c.AffectedResourcesCount != 2 || c.Severity != "error" || *c.PotentialSavings != 12.5 || c.Timestamp.String() != "2026-01-11T02:00:00+00:00" {
		t.Errorf("got %+v", c)
	}
	if got[1].PotentialSavings != nil {
		t.Errorf("got a saving of %v for a check that is not about cost", *got[1].PotentialSavings)
	}
}

func TestManyChecksNeedFewCalls(t *testing.T) { // D13
	b := bench(t, simaws.Options{})
	many, want := flagged(480)
	simaws.Set(b.Organization, simaws.Place{}, many...)
	result := b.Passed()
	if diff := cmp.Diff(want, names(checks(t, result))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if result.Calls > 15 {
		t.Errorf("got %d calls for 480 checks, want about 11", result.Calls)
	}
}

// refuse answers requests with a check by an error.
func refuse(b *collecttest.Bench, id, code string) {
	b.Override(simaws.Answer{Service: "support", Operation: "DescribeTrustedAdvisorCheckSummaries", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), `"`+id+`"`) {
			return nil, simaws.Failure(400, code, "Check ID "+id+" is not valid")
		}
		return nil, simaws.ErrPassOn
	}})
}

func TestOneCheckIsRefusedAlone(t *testing.T) {
	b := bench(t, simaws.Options{})
	many, all := flagged(120)
	simaws.Set(b.Organization, simaws.Place{}, many...)
	refuse(b, "id50", "InvalidParameterValueException")
	result := b.Run()
	if result.Err != nil || result.Status != outcome.Warned || result.Warnings != 1 || !strings.Contains(result.Reason, "id50 is not valid") {
		t.Errorf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
	}
	if diff := cmp.Diff(slices.Delete(all, 50, 51), names(checks(t, result))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if result.Calls > 20 {
		t.Errorf("got %d calls, want about 17", result.Calls)
	}
}

func TestOneBatchFailsAlone(t *testing.T) {
	b := bench(t, simaws.Options{})
	many, all := flagged(120)
	simaws.Set(b.Organization, simaws.Place{}, many...)
	refuse(b, "id50", "InternalFailure")
	result := b.Run()
	if result.Err != nil || result.Status != outcome.Warned || result.Warnings != 1 || !strings.Contains(result.Reason, "id50 is not valid") {
		t.Errorf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
	}
	want := append(all[:50:50], all[100:]...)
	if diff := cmp.Diff(want, names(checks(t, result))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnreadableTimestampIsNull(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Override(simaws.Answer{Service: "support", Operation: "DescribeTrustedAdvisorCheckSummaries", Give: func(r simaws.Request) (any, error) {
		var input struct{ CheckIds []string }
		if err := json.Unmarshal(r.Input, &input); err != nil {
			return nil, err
		}
		return map[string]any{"summaries": []any{map[string]any{
			"checkId": input.CheckIds[0], "status": "error", "timestamp": "", "resourcesSummary": map[string]any{"resourcesFlagged": 3},
		}}}, nil
	}})
	got := checks(t, b.Passed())
	if len(got) != 1 || got[0].Timestamp != nil || got[0].AffectedResourcesCount != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestCheckWithdrawnAfterItWasListed(t *testing.T) {
	b := bench(t, simaws.Options{})
	left, want := flagged(3)
	simaws.Set(b.Organization, simaws.Place{}, left...)
	var asked atomic.Int64
	b.Override(simaws.Answer{Service: "support", Operation: "DescribeTrustedAdvisorChecks", Give: func(simaws.Request) (any, error) {
		if asked.Add(1) > 1 {
			return nil, simaws.ErrPassOn
		}
		return json.RawMessage(`{"checks": [{"id": "withdrawn", "name": "withdrawn"}, {"id": "id0", "name": "check 0"},
			{"id": "id1", "name": "check 1"}, {"id": "id2", "name": "check 2"}]}`), nil
	}})
	if diff := cmp.Diff(want, names(checks(t, b.Passed()))); diff != "" {
		t.Error(diff)
	}
}
