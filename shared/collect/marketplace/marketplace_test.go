package marketplace_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/marketplace"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "marketplace"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, marketplace.Collector, simaws.Options{})
}

func products(t *testing.T, r collecttest.Result) []snapshot.MarketplaceProduct {
	t.Helper()
	return collecttest.Elements[snapshot.MarketplaceProduct](t, r, section)
}

func line(product, entity string, date string, amount float64) simaws.Cost {
	day, _ := time.Parse(time.DateOnly, date)
	return simaws.Cost{Account: collecttest.Production, Service: product, Region: "NoRegion", Day: day, Record: "Usage", Entity: entity, Amount: amount}
}

func TestGolden(t *testing.T) {
	b := bench(t)
	result := b.Passed()
	result.Golden(t, "marketplace")
	b.LeastPrivilege()
	if result.PaidCalls != 1 {
		t.Errorf("got %d paid calls, want 1", result.PaidCalls)
	}
}

func TestD60OneRowForEachProduct(t *testing.T) {
	b := bench(t)
	other := line("Of another account", "AWS Marketplace", "2026-03-02", 50)
	other.Account = collecttest.Sandbox
	simaws.Set(b.Organization, simaws.Place{}, other,
		line("Cheap", "AWS Marketplace", "2026-03-02", 1.25), line("Dear", "AWS Marketplace", "2026-03-02", 20), line("Dear", "AWS Marketplace", "2026-03-31", 5.5),
		line("Dear", "AWS Marketplace", "2026-03-15", -0.5), line("Free", "AWS Marketplace", "2026-03-02", 0), line("Dear", "AWS Marketplace", "2026-04-01", 99),
		line("Amazon Elastic Compute Cloud - Compute", "AWS", "2026-03-02", 700))
	b.Request.Interval, b.Request.Date = snapshot.Monthly, "2026-03-31"
	b.Request.Window = snapshot.WindowOf(snapshot.Monthly, collecttest.Now)
	type row struct {
		code, name, cost, currency, from, to string
		days                                 []string
	}
	var got []row
	for _, p := range products(t, b.Passed()) {
		r := row{code: p.ProductCode, name: p.ProductName, cost: p.CostConsumed.String(), currency: p.Currency, from: p.PeriodStart, to: p.PeriodEnd}
		for _, d := range p.DailyCosts {
			r.days = append(r.days, d.Date+" "+d.Cost.String())
		}
		got = append(got, r)
	}
	want := []row{
		{"Dear", "Dear", "25", "USD", "2026-03-01", "2026-04-01", []string{"2026-03-02 20", "2026-03-15 -0.5", "2026-03-31 5.5"}},
		{"Cheap", "Cheap", "1.25", "USD", "2026-03-01", "2026-04-01", []string{"2026-03-02 1.25"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestD60AllPages(t *testing.T) {
	b := bench(t)
	const many = 2500 // of which a page holds 1000
	lines := make([]simaws.Cost, many)
	for i := range lines {
		lines[i] = line(fmt.Sprintf("Product %d", i), "AWS Marketplace", "2026-03-10", float64(i+1))
	}
	simaws.Set(b.Organization, simaws.Place{}, lines...)
	result := b.Passed()
	if got := len(products(t, result)); got != many || result.PaidCalls != 3 {
		t.Errorf("got %d products with %d paid calls, want %d with 3", got, result.PaidCalls, many)
	}
}

func TestCurrencyIsTheUnit(t *testing.T) {
	b := bench(t)
	b.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(simaws.Request) (any, error) {
		return json.RawMessage(`{"ResultsByTime":[{"TimePeriod":{"Start":"2026-03-10","End":"2026-03-11"},"Groups":[{"Keys":["P"],"Metrics":{"UnblendedCost":{"Amount":"3.1234567891","Unit":"EUR"}}}]}]}`), nil
	}})
	got := products(t, b.Passed())
	if len(got) != 1 || got[0].Currency != "EUR" || got[0].CostConsumed.String() != "3.1234567891" {
		t.Errorf("got %+v", got)
	}
}

func TestRepeatedTokenEnds(t *testing.T) {
	b := bench(t)
	b.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(simaws.Request) (any, error) {
		return map[string]any{"ResultsByTime": []any{}, "NextPageToken": "again"}, nil
	}})
	if result := b.Run(); result.Err == nil || len(b.Calls()) != 2 {
		t.Errorf("got error %v after %d calls", result.Err, len(b.Calls()))
	}
}

func TestEmpty(t *testing.T) {
	b := bench(t)
	b.Request.Account = collecttest.Sandbox
	if got := string(b.Passed().Content[section]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}

func TestThrottled(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Kind: simaws.Throttled, Times: 3})
	if result := b.Passed(); result.Throttles != 3 || len(products(t, result)) == 0 {
		t.Errorf("got %+v", result.Outcome)
	}
}

func TestDenied(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Kind: simaws.Denied})
	if err := b.Run().Err; fault.DeniedAction(err) != "ce:GetCostAndUsage" {
		t.Errorf("got %v", err)
	}
}

func TestNotEnabled(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Kind: simaws.Denied, Message: "User not enabled for cost explorer access"})
	result := b.Run()
	if result.Err != nil || result.Status != collect.NotEnabled || !strings.Contains(result.Reason, "open it once") {
		t.Errorf("got %+v, error %v", result.Outcome, result.Err)
	}
}

func TestNoPaidCalls(t *testing.T) {
	b := bench(t)
	b.Request.Options.NoPaidCalls = true
	if result := b.Run(); result.Status != collect.Skipped || result.Calls != 0 || !strings.Contains(result.Reason, "paid") {
		t.Errorf("got %+v", result.Outcome)
	}
}

func TestD25PastDatesHaveTheirOwnCost(t *testing.T) {
	b := bench(t)
	b.Request.History, b.Request.Date = true, "2026-02-02"
	b.Request.Window = snapshot.WindowOf(snapshot.Daily, time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC))
	got := products(t, b.Passed())
	if len(got) == 0 {
		t.Error("got nothing")
	}
	for _, p := range got {
		if p.PeriodStart != "2026-02-01" || p.DailyCosts[0].Date != "2026-02-01" {
			t.Errorf("got %+v", p)
		}
	}
}
