package cost_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/cost"
	"view360/shared/collecttest"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func products(t *testing.T, r collecttest.Result) []snapshot.MarketplaceProduct {
	t.Helper()
	return collecttest.Elements[snapshot.MarketplaceProduct](t, r, "marketplace")
}

func bought(product, date string, amount float64) simaws.Cost {
	l := line(product, date, amount)
	l.Entity = "AWS Marketplace"
	return l
}

func TestEachMarketplaceProductHasOneRow(t *testing.T) { // D60
	b := bench(t)
	other := bought("Of another account", "2026-03-10", 50)
	other.Account = collecttest.Sandbox
	simaws.Set(b.Organization, simaws.Place{}, other,
		bought("Cheap", "2026-03-10", 1.25), bought("Dear", "2026-03-10", 25.5), bought("Dear", "2026-03-10", -0.5),
		bought("Free", "2026-03-10", 0), bought("Dear", "2026-03-11", 99),
		line("Amazon Elastic Compute Cloud - Compute", "2026-03-10", 700))
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
		{"Dear", "Dear", "25", "USD", "2026-03-10", "2026-03-11", []string{"2026-03-10 25"}},
		{"Cheap", "Cheap", "1.25", "USD", "2026-03-10", "2026-03-11", []string{"2026-03-10 1.25"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Products have no granularity: a month would overwrite its first day.
func TestLongerIntervalsHaveNoProducts(t *testing.T) {
	for _, interval := range []snapshot.Interval{snapshot.Weekly, snapshot.Monthly, snapshot.Yearly} {
		b := collecttest.New(t, cost.Collector, simaws.Options{Volume: 0.2})
		simaws.Set(b.Organization, simaws.Place{}, bought("Dear", "2026-03-10", 25))
		b.Request.Interval, b.Request.Window = interval, snapshot.WindowOf(interval, collecttest.Now)
		if got, written := b.Run().Content["marketplace"]; written {
			t.Errorf("%s: got %s", interval, got)
		}
	}
}

func TestEveryPageOfProductsIsRead(t *testing.T) { // D60
	b := bench(t)
	const many = 2500 // of which a page holds 1000
	lines := make([]simaws.Cost, many)
	for i := range lines {
		lines[i] = bought(fmt.Sprintf("Product %d", i), "2026-03-10", float64(i+1))
	}
	simaws.Set(b.Organization, simaws.Place{}, lines...)
	result := b.Passed()
	if got := len(products(t, result)); got != many || result.PaidCalls != 4 {
		t.Errorf("got %d products with %d paid calls, want %d with 3 pages and a forecast", got, result.PaidCalls, many)
	}
}

func TestAccountWithoutProductsHasAnEmptyList(t *testing.T) { // D60
	b := bench(t)
	b.Request.Account = collecttest.Sandbox
	if got := string(b.Passed().Content["marketplace"]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}

func TestPastDateHasItsOwnProducts(t *testing.T) { // D25
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
