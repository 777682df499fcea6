package test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"view360/shared/asl"
	"view360/shared/simaws"
)

// collected runs a collection to its end and loads what it published.
func (p *pipeline) collected(name string, request any) {
	p.Helper()
	if s := p.run(p.Context(), p.collect, name, request).Describe(); s.Status != asl.Succeeded {
		p.Fatalf("collect ended with %s: %s", s.Error, s.Cause)
	}
	if ended := p.loadAll(p.Context(), "load-"+name); !succeeded(ended) {
		p.Fatalf("load ended with %v", ended)
	}
}

// texts are the rows of a query with one column.
func (p *pipeline) texts(query string, arguments ...any) []string {
	p.Helper()
	rows, err := p.pool.Query(p.Context(), query, arguments...)
	p.must(err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	p.must(err)
	return texts
}

// A bill that changes after its day is corrected by the next daily runs, and nothing else of that day's snapshot is.
func TestLateCostsAreCorrectedAndNothingElse(t *testing.T) { // D19
	t.Parallel()
	p := newPipeline(t)
	account := p.organisation.Accounts()[1].ID
	today := time.Now().UTC().Truncate(24 * time.Hour)
	bill := func(amount float64) {
		simaws.Set(p.organisation, simaws.Place{Account: account}, simaws.Cost{
			Account: account, Service: "Amazon EC2", Region: "us-east-1", Day: today.AddDate(0, 0, -2), Record: "Usage", Entity: "AWS", Amount: amount,
		})
	}
	const costs = "select date_from || ' ' || current_period_cost::float from view_acct_cost_rep where account = $1 and current_period_cost > 0 order by 1"
	const findings = "select to_jsonb(f)::text from guard_duty_findings f order by 1"

	noon := today.AddDate(0, 0, -2).Add(12 * time.Hour).Format("2006-01-02T15:04:05.000Z")
	simaws.Set(p.organisation, simaws.Place{Account: account, Region: "us-east-1"}, simaws.ThreatFinding{
		ID: "found", AccountID: account, Region: "us-east-1", Type: "Recon:EC2/PortProbeUnprotectedPort", Severity: 5, Title: "A port is probed.", CreatedAt: noon, UpdatedAt: noon,
	})
	bill(10)
	yesterday := today.AddDate(0, 0, -1).Format(time.DateOnly)
	p.collected("yesterday", map[string]any{"date": yesterday, "accounts": []string{account}})
	before := today.AddDate(0, 0, -2).Format(time.DateOnly)
	if diff := cmp.Diff([]string{before + " 10"}, p.texts(costs, account)); diff != "" {
		t.Fatal(diff)
	}
	kept := p.texts(findings)
	if len(kept) == 0 {
		t.Fatal("yesterday's run found nothing")
	}

	bill(12.5)
	p.collected("today", map[string]any{"accounts": []string{account}, "services": []string{"cost"}})
	if diff := cmp.Diff([]string{before + " 12.5"}, p.texts(costs, account)); diff != "" {
		t.Errorf("the corrected bill (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(kept, p.texts(findings)); diff != "" {
		t.Errorf("findings of that day changed:\n%s", diff)
	}
}
