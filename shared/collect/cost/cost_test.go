package cost_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/cost"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, cost.Collector, simaws.Options{Volume: 0.2})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, cost.Collector, collecttest.Cases{
		Options:   simaws.Options{Volume: 0.2},
		Empty:     collecttest.Clear[simaws.Cost],
		Essential: []string{"GetCostAndUsage"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) {
				b.Fault(simaws.Fault{Kind: simaws.Denied, Message: "User not enabled for cost explorer access"})
			},
			Status: outcome.NotEnabled, Reason: "open it once",
		}, {
			Prepare: func(b *collecttest.Bench) { b.Fault(simaws.Fault{Service: "ce", Kind: simaws.NoData}) },
			Status:  outcome.NotEnabled, Reason: "no data of this account yet",
		}},
	})
}

func section(t *testing.T, result collecttest.Result) (c snapshot.Cost) {
	t.Helper()
	if err := json.Unmarshal(result.Content["cost"], &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func line(service, date string, amount float64) simaws.Cost {
	day, _ := time.Parse(time.DateOnly, date)
	return simaws.Cost{Account: collecttest.Production, Service: service, Region: "NoRegion", Day: day, Record: "Usage", Entity: "AWS", Amount: amount}
}

func TestDayNeedsTwoPaidRequests(t *testing.T) { // D64
	result := bench(t).Passed()
	if result.PaidCalls != 2 {
		t.Errorf("%d paid requests, want 2", result.PaidCalls)
	}
}

func TestDailyFiguresAreThoseOfTheBill(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-10", 10.5), line("S3", "2026-03-10", 0.25), line("Credit", "2026-03-10", -1),
		line("EC2", "2026-03-09", 8), line("EC2", "2026-03-11", 99))
	result := b.Passed()
	c := section(t, result)
	if c.CurrentPeriodCost.String() != "9.75" || c.PreviousPeriodCost.String() != "8" || c.CostDifference.String() != "1.75" || c.CostDifferencePct != 21.875 {
		t.Errorf("figures %+v", c)
	}
	if c.Period != (snapshot.CostPeriod{Start: "2026-03-10", End: "2026-03-11", Granularity: snapshot.Daily}) {
		t.Errorf("period %+v", c.Period)
	}
	var services []string
	for _, s := range collecttest.Elements[snapshot.ServiceCost](t, result, "service") {
		services = append(services, s.Service+" "+s.Cost.String())
	}
	if diff := cmp.Diff([]string{"EC2 10.5", "S3 0.25", "Credit -1"}, services); diff != "" {
		t.Error(diff)
	}
}

func TestPeriodsFollowTheCalendar(t *testing.T) { // D5
	for interval, want := range map[snapshot.Interval][2]string{
		snapshot.Weekly: {"7", "8"}, snapshot.Monthly: {"35", "100"}, snapshot.Yearly: {"1135", "0"}, // data of 2025 is no longer kept
	} {
		t.Run(string(interval), func(t *testing.T) {
			now := time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
			b := collecttest.New(t, cost.Collector, simaws.Options{Now: func() time.Time { return now }})
			simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-09", 3), line("S3", "2026-03-15", 4), line("EC2", "2026-03-31", 20),
				line("EC2", "2026-03-02", 8), line("EC2", "2026-02-28", 100), line("EC2", "2026-12-31", 1000), line("EC2", "2025-12-31", 10000))
			b.Request.Interval, b.Request.Window = interval, snapshot.WindowOf(interval, collecttest.Now)
			b.Request.Now = now
			result := b.Run()
			if warned := result.Status == outcome.Warned; warned != (interval == snapshot.Yearly) {
				t.Errorf("status %q, reason %q", result.Status, result.Reason)
			}
			c := section(t, result)
			if c.CurrentPeriodCost.String() != want[0] || c.PreviousPeriodCost.String() != want[1] || len(c.Forecast) != 0 {
				t.Errorf("current %s, previous %s, forecast %v, want %v and none", c.CurrentPeriodCost, c.PreviousPeriodCost, c.Forecast, want)
			}
		})
	}
}

func TestPaidCallsCanBeSwitchedOff(t *testing.T) {
	b := bench(t)
	b.Request.Options.NoPaidCalls = true
	if result := b.Run(); result.Status != outcome.Skipped || result.Calls != 0 || result.Reason == "" {
		t.Errorf("status %q after %d calls, reason %q", result.Status, result.Calls, result.Reason)
	}
}

func TestAccountWithoutCostsHasZeros(t *testing.T) {
	b := bench(t)
	collecttest.Clear[simaws.Cost](b)
	if c := section(t, b.Passed()); c.CurrentPeriodCost.Sign() != 0 || c.CostDifferencePct != 0 || c.TopServices == nil {
		t.Errorf("cost %+v, want zeros and an empty list of top services", c)
	}
}

func TestTaxesAndCreditsOfEveryPageAreRead(t *testing.T) { // D64
	b := bench(t)
	const many = 1200 // of which a page holds 1000
	lines := []simaws.Cost{line("EC2", "2026-03-09", 5)}
	for i := range many {
		lines = append(lines, line(fmt.Sprintf("Service %04d", i), "2026-03-10", 1))
	}
	tax, credit := line("Tax", "2026-03-10", 100), line("Refund", "2026-03-10", -50)
	tax.Record, credit.Record = "Tax", "Refund"
	simaws.Set(b.Organization, simaws.Place{}, append(lines, tax, credit)...)
	result := b.Passed()
	services := collecttest.Elements[snapshot.ServiceCost](t, result, "service")
	if len(services) != many+2 || services[0].Service != "Tax" || services[many+1].Service != "Refund" {
		t.Errorf("%d services from %q to %q, want %d from Tax to Refund", len(services), services[0].Service, services[len(services)-1].Service, many+2)
	}
	if c := section(t, result); c.CurrentPeriodCost.String() != "1250" || c.PreviousPeriodCost.String() != "5" || result.PaidCalls != 3 {
		t.Errorf("current %s, previous %s with %d paid requests, want 1250, 5 and 3", c.CurrentPeriodCost, c.PreviousPeriodCost, result.PaidCalls)
	}
}

// answer gives the amounts, by date and service, as Cost Explorer writes them.
func answer(t *testing.T, b *collecttest.Bench, unit string, days map[string]map[string]string) {
	t.Helper()
	type object = map[string]any
	var results []object
	for date, services := range days {
		start, err := time.Parse(time.DateOnly, date)
		if err != nil {
			t.Fatal(err)
		}
		var groups []object
		for service, amount := range services {
			groups = append(groups, object{"Keys": []string{service, "AWS"}, "Metrics": object{"UnblendedCost": object{"Amount": amount, "Unit": unit}}})
		}
		results = append(results, object{"TimePeriod": object{"Start": date, "End": start.AddDate(0, 0, 1).Format(time.DateOnly)}, "Groups": groups})
	}
	b.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(simaws.Request) (any, error) {
		return object{"ResultsByTime": results}, nil
	}})
}

func TestAmountsKeepAllDigits(t *testing.T) {
	b := bench(t)
	b.Request.Interval, b.Request.Window = snapshot.Weekly, snapshot.WindowOf(snapshot.Weekly, collecttest.Now)
	answer(t, b, "EUR", map[string]map[string]string{
		"2026-03-09": {"EC2": "0.1", "S3": "98765432109876.1234567891"}, "2026-03-10": {"EC2": "0.2", "S3": "0.0000000001"}, "2026-03-03": {"EC2": "-1E-7"},
	})
	result := b.Passed()
	c := section(t, result)
	if c.CurrentPeriodCost.String() != "98765432109876.4234567892" || c.PreviousPeriodCost.String() != "-0.0000001" || c.CostDifference.String() != "98765432109876.4234568892" {
		t.Errorf("current %s, previous %s, difference %s", c.CurrentPeriodCost, c.PreviousPeriodCost, c.CostDifference)
	}
	services := collecttest.Elements[snapshot.ServiceCost](t, result, "service")
	if services[0].Cost.String() != "98765432109876.1234567892" || services[1].Cost.String() != "0.3" || services[1].Currency != "EUR" {
		t.Errorf("services %+v", services)
	}
}

func TestPercentageIsZeroWithoutAnEarlierCost(t *testing.T) { // D65
	for _, before := range []float64{0, -2.5} {
		b := collecttest.New(t, cost.Collector, simaws.Options{})
		simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-10", 4), line("EC2", "2026-03-09", before))
		if c := section(t, b.Passed()); c.CostDifferencePct != 0 || c.CostDifference.Sign() <= 0 {
			t.Errorf("%v percent more than %v, want 0", c.CostDifferencePct, before)
		}
	}
}

func TestPercentageIsNotRounded(t *testing.T) { // D65
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-10", 4), line("EC2", "2026-03-09", 3))
	if c := section(t, b.Passed()); c.CostDifferencePct != 100.0/3 {
		t.Errorf("%v percent, want a third of 100", c.CostDifferencePct)
	}
}

func TestTopFiveMostExpensiveFirst(t *testing.T) {
	b := bench(t)
	var lines []simaws.Cost
	for i, service := range []string{"A", "B", "C", "D", "E", "F", "G"} {
		lines = append(lines, line(service, "2026-03-10", float64([]int{1, 7, 5, 7, -3, 9, 2}[i])))
	}
	simaws.Set(b.Organization, simaws.Place{}, lines...)
	result := b.Passed()
	var top, all []string
	for _, s := range section(t, result).TopServices {
		top = append(top, s.Service+" "+s.Cost.String())
	}
	for _, s := range collecttest.Elements[snapshot.ServiceCost](t, result, "service") {
		all = append(all, s.Service+" "+s.Cost.String())
	}
	want := []string{"F 9", "B 7", "D 7", "C 5", "G 2", "A 1", "E -3"} // equal ones in the order of Cost Explorer
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("services:\n%s", diff)
	}
	if diff := cmp.Diff(want[:5], top); diff != "" {
		t.Errorf("top services:\n%s", diff)
	}
}

// A period that has not ended is read until tomorrow: Cost Explorer refuses an end after the first of next month.
func TestOpenPeriodEndsTomorrow(t *testing.T) {
	for _, interval := range []snapshot.Interval{snapshot.Weekly, snapshot.Monthly, snapshot.Yearly} {
		now := time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC)
		b := collecttest.New(t, cost.Collector, simaws.Options{Now: func() time.Time { return now }})
		simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-30", 3), line("EC2", "2025-12-31", 1))
		b.Request.Interval, b.Request.Window, b.Request.Now = interval, snapshot.WindowOf(interval, now), now
		if c := section(t, b.Run()); c.CurrentPeriodCost.String() != "3" || c.Period.End != b.Request.Window.EndDate() {
			t.Errorf("%s: got %+v", interval, c)
		}
	}
}

// Either message of a start that is too old leaves the current period.
func TestPreviousPeriodMayBeTooOld(t *testing.T) {
	for _, date := range []string{"2025-01-12", "2025-02-01"} { // the period before begins on another day than the first, or on it
		b := collecttest.New(t, cost.Collector, simaws.Options{Volume: 0.2})
		at, err := time.Parse(time.DateOnly, date)
		if err != nil {
			t.Fatal(err)
		}
		interval := snapshot.Daily
		if at.Day() == 1 {
			interval = snapshot.Monthly
		}
		b.Request.History, b.Request.Interval, b.Request.Date, b.Request.Window = true, interval, date, snapshot.WindowOf(interval, at)
		if result := b.Run(); result.Status != outcome.Warned || !strings.Contains(result.Reason, "14 months") {
			t.Errorf("%s: status %q (%s), error %v", date, result.Status, result.Reason, result.Err)
		}
	}
}

func TestMonthIncludesItsLastDay(t *testing.T) { // D5
	now := time.Date(2026, 4, 2, 2, 0, 0, 0, time.UTC)
	b := collecttest.New(t, cost.Collector, simaws.Options{Now: func() time.Time { return now }})
	b.Request.Interval, b.Request.Window, b.Request.Now = snapshot.Monthly, snapshot.WindowOf(snapshot.Monthly, collecttest.Now), now
	simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-31", 20), line("EC2", "2026-02-01", 1), line("EC2", "2026-01-31", 100), line("EC2", "2026-04-01", 100))
	var asked []string
	b.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(r simaws.Request) (any, error) {
		var input struct {
			TimePeriod  struct{ Start, End string }
			Granularity string
		}
		err := errors.Join(json.Unmarshal(r.Input, &input), simaws.ErrPassOn)
		asked = append(asked, input.Granularity+" "+input.TimePeriod.Start+" "+input.TimePeriod.End)
		return nil, err
	}})
	result := b.Passed()
	if diff := cmp.Diff([]string{"DAILY 2026-02-01 2026-04-01"}, asked); diff != "" {
		t.Error(diff)
	}
	c, s := section(t, result), collecttest.Elements[snapshot.ServiceCost](t, result, "service")
	if c.CurrentPeriodCost.String() != "20" || c.PreviousPeriodCost.String() != "1" || c.Period != (snapshot.CostPeriod{Start: "2026-03-01", End: "2026-04-01", Granularity: snapshot.Monthly}) {
		t.Errorf("cost %+v", c)
	}
	if len(s) != 1 || s[0].DateFrom != "2026-03-01" || s[0].DateTo != "2026-04-01" {
		t.Errorf("services %+v", s)
	}
}
