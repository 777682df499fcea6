package test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
	"view360/shared/simaws"
)

// collectAndLoad runs a collection to its end and loads what it published.
func (p *pipeline) collectAndLoad(name string, request any) {
	p.Helper()
	if s := p.run(p.Context(), p.collect, name, request).Describe(); s.Status != asl.Succeeded {
		p.Fatalf("collect ended with %s: %s", s.Error, s.Cause)
	}
	if ended := p.loadAll(p.Context(), "load-"+name); !allSucceeded(ended) {
		p.Fatalf("load ended with %v", ended)
	}
}

// The next daily runs correct the cost of a day whose bill changed later, and nothing else of that day's snapshot.
func TestLateCostsAreCorrectedAndNothingElse(t *testing.T) { // D19
	t.Parallel()
	p := newPipeline(t)
	account := p.organization.Accounts()[1].ID
	today := time.Now().UTC().Truncate(24 * time.Hour)
	bill := func(amount float64) {
		simaws.Set(p.organization, simaws.Place{Account: account}, simaws.Cost{
			Account: account, Service: "Amazon EC2", Region: "us-east-1", Day: today.AddDate(0, 0, -2), Record: "Usage", Entity: "AWS", Amount: amount,
		})
	}
	const costs = "select date_from || ' ' || current_period_cost::float from view_acct_cost_rep where account = $1 and current_period_cost > 0 order by 1"
	const findings = "select to_jsonb(f)::text from guard_duty_findings f order by 1"

	noon := today.AddDate(0, 0, -2).Add(12 * time.Hour).Format("2006-01-02T15:04:05.000Z")
	simaws.Set(p.organization, simaws.Place{Account: account, Region: "us-east-1"}, simaws.ThreatFinding{
		ID: "found", AccountID: account, Region: "us-east-1", Type: "Recon:EC2/PortProbeUnprotectedPort", Severity: 5, Title: "A port is probed.", CreatedAt: noon, UpdatedAt: noon,
	})
	bill(10)
	yesterday := today.AddDate(0, 0, -1).Format(time.DateOnly)
	p.collectAndLoad("yesterday", map[string]any{"date": yesterday, "accounts": []string{account}})
	before := today.AddDate(0, 0, -2).Format(time.DateOnly)
	if diff := cmp.Diff([]string{before + " 10"}, queryTexts(t, p.pool, costs, account)); diff != "" {
		t.Fatal(diff)
	}
	kept := queryTexts(t, p.pool, findings)
	if len(kept) == 0 {
		t.Fatal("yesterday's run found nothing")
	}

	bill(12.5)
	p.collectAndLoad("today", map[string]any{"accounts": []string{account}, "services": []string{"cost"}})
	if diff := cmp.Diff([]string{before + " 12.5"}, queryTexts(t, p.pool, costs, account)); diff != "" {
		t.Errorf("the corrected bill (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(kept, queryTexts(t, p.pool, findings)); diff != "" {
		t.Errorf("findings of that day changed:\n%s", diff)
	}
}
