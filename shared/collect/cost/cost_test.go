package cost_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/cost"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, cost.Collector, simaws.Options{Volume: 0.2})
}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Passed().Golden(t, "cost")
	b.LeastPrivilege()
}

func TestThrottlingLosesNothing(t *testing.T) {
	calm := bench(t)
	want := calm.Passed()
	b := collecttest.New(t, cost.Collector, simaws.Options{Volume: 0.2})
	b.Fault(simaws.Fault{Service: "ce", Rate: 0.3, Kind: simaws.Throttled})
	got := b.Passed()
	t.Logf("%d of %d calls were throttled", got.Throttles, got.Calls)
	if diff := cmp.Diff(want.Content, got.Content); diff != "" || got.Throttles == 0 {
		t.Errorf("with %d throttles something is lost:\n%s", got.Throttles, diff)
	}
}

func TestDeniedNamesTheAction(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Service: "ce", Operation: "GetCostAndUsage", Kind: simaws.Denied})
	result := b.Run()
	if fault.ClassOf(result.Err) != fault.Denied || result.Err.Error() != "denied ce:GetCostAndUsage" {
		t.Errorf("error %v, want one that names ce:GetCostAndUsage", result.Err)
	}
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

func TestD64TwoPaidRequestsADay(t *testing.T) {
	result := bench(t).Passed()
	if result.PaidCalls != 2 {
		t.Errorf("%d paid requests, want 2", result.PaidCalls)
	}
}

func TestDailyFigures(t *testing.T) {
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

func TestD5CalendarPeriods(t *testing.T) {
	for interval, want := range map[snapshot.Interval][2]string{
		snapshot.Weekly: {"7", "8"}, snapshot.Monthly: {"35", "100"}, snapshot.Yearly: {"1135", "0"}, // data of 2025 is no longer kept
	} {
		t.Run(string(interval), func(t *testing.T) {
			b := collecttest.New(t, cost.Collector, simaws.Options{})
			simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-09", 3), line("S3", "2026-03-15", 4), line("EC2", "2026-03-31", 20),
				line("EC2", "2026-03-02", 8), line("EC2", "2026-02-28", 100), line("EC2", "2026-12-31", 1000), line("EC2", "2025-12-31", 10000))
			b.Request.Interval, b.Request.Window = interval, snapshot.WindowOf(interval, collecttest.Now)
			b.Request.Now = time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
			result := b.Run()
			if warned := result.Status == collect.Warned; warned != (interval == snapshot.Yearly) {
				t.Errorf("status %q, reason %q", result.Status, result.Reason)
			}
			c := section(t, result)
			if c.CurrentPeriodCost.String() != want[0] || c.PreviousPeriodCost.String() != want[1] || len(c.Forecast) != 0 {
				t.Errorf("current %s, previous %s, forecast %v, want %v and none", c.CurrentPeriodCost, c.PreviousPeriodCost, c.Forecast, want)
			}
		})
	}
}

func TestNoPaidCalls(t *testing.T) {
	b := bench(t)
	b.Request.Options.NoPaidCalls = true
	if result := b.Run(); result.Status != collect.Skipped || result.Calls != 0 || result.Reason == "" {
		t.Errorf("status %q after %d calls, reason %q", result.Status, result.Calls, result.Reason)
	}
}

func TestD25NoForecastOfThePast(t *testing.T) {
	b := bench(t)
	b.Request.History = true
	if result := b.Passed(); len(section(t, result).Forecast) != 0 || result.PaidCalls != 1 {
		t.Errorf("forecast of a past date after %d paid calls", result.PaidCalls)
	}
}

func TestForecastIsMissedAlone(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Service: "ce", Operation: "GetCostForecast", Kind: simaws.Denied})
	result := b.Run()
	if result.Status != collect.Warned || result.Messages[0].Source != "Forecast unavailable" || section(t, result).CurrentPeriodCost.Sign() <= 0 {
		t.Errorf("status %q, messages %v", result.Status, result.Messages)
	}
}
