package cost_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func TestPastDateHasNoForecast(t *testing.T) { // D25
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
	if result.Status != outcome.Warned || result.Messages[0].Key != "Forecast unavailable" || section(t, result).CurrentPeriodCost.Sign() <= 0 {
		t.Errorf("status %q, messages %v", result.Status, result.Messages)
	}
}

func TestForecastCoversThirtyDays(t *testing.T) { // D65
	b := bench(t)
	b.Request.Now = collecttest.Now.Add(30 * time.Hour) // a late run asks for the same days
	var got []snapshot.ForecastPeriod
	for _, f := range section(t, b.Passed()).Forecast {
		got = append(got, f.Period)
		if f.Amount.Sign() <= 0 {
			t.Errorf("forecast %+v", f)
		}
	}
	want := []snapshot.ForecastPeriod{{Start: "2026-03-11", End: "2026-04-01"}, {Start: "2026-04-01", End: "2026-04-10"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestYoungAccountHasNoForecast(t *testing.T) { // D65
	b := bench(t)
	b.Override(simaws.Answer{Service: "ce", Operation: "GetCostForecast", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(400, "DataUnavailableException", "Insufficient amount of historical data to generate forecast.")
	}})
	if c := section(t, b.Passed()); c.Forecast == nil || len(c.Forecast) != 0 {
		t.Errorf("forecast %v, want an empty list", c.Forecast)
	}
}
