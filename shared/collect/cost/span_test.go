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

// totals are the costs that are staged for the dates.
func totals(t *testing.T, read func(date, path string, value any) bool, dates ...string) (found []string) {
	t.Helper()
	for _, date := range dates {
		var c snapshot.Cost
		if read(date, "cost", &c) {
			found = append(found, fmt.Sprintf("%s: %s after %s, %d forecasts", date, c.CurrentPeriodCost, c.PreviousPeriodCost, len(c.Forecast)))
		}
	}
	return found
}

func TestTrailingDaysNeedTheRequestsOfOneDay(t *testing.T) { // D19
	t.Parallel()
	now := collecttest.Now.AddDate(0, 0, -1)
	b := collecttest.New(t, cost.Collector, simaws.Options{Now: func() time.Time { return now }})
	simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-08", 7), line("EC2", "2026-03-09", 8))
	today := b.Request
	b.Request = today.DaysBefore(1)
	b.Request.History = false
	b.Passed() // yesterday's run, with a forecast

	simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-07", 6), line("EC2", "2026-03-08", 7.5), line("EC2", "2026-03-09", 8.5),
		line("EC2", "2026-03-10", 9), bought("Datadog", "2026-03-09", 1))
	now, b.Request = collecttest.Now, today
	b.Request.EarlierDays = 2
	result := b.Passed()
	if diff := cmp.Diff([]string{"2026-03-10", "2026-03-09"}, result.Earlier); diff != "" || result.PaidCalls != 2 {
		t.Errorf("%d paid requests for the dates\n%s", result.PaidCalls, diff)
	}
	want := []string{
		"2026-03-11: 9 after 9.5, 2 forecasts",
		"2026-03-10: 9.5 after 7.5, 2 forecasts", // the forecast is the one that was made then
		"2026-03-09: 7.5 after 6, 0 forecasts",
	}
	read := func(date, path string, value any) bool { return b.Staged(date, path, value) }
	if diff := cmp.Diff(want, totals(t, read, "2026-03-11", "2026-03-10", "2026-03-09", "2026-03-08")); diff != "" {
		t.Error(diff)
	}
	var products []snapshot.MarketplaceProduct
	if !b.Staged("2026-03-10", "marketplace", &products) || len(products) != 1 || products[0].PeriodStart != "2026-03-09" {
		t.Errorf("products of 9 March: %+v", products)
	}
}

func TestBackfillOfAMonthIsOneRequest(t *testing.T) {
	b := bench(t)
	b.Request.History, b.Request.EarlierDays = true, 30
	result := b.Passed()
	if len(result.Earlier) != 30 || result.PaidCalls != 1 {
		t.Errorf("%d days with %d paid requests", len(result.Earlier)+1, result.PaidCalls)
	}
}

func TestSpanFailsAsOne(t *testing.T) {
	b := bench(t)
	b.Request.EarlierDays = 2
	b.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(simaws.Request) (any, error) {
		return json.RawMessage(`{"ResultsByTime":[{"TimePeriod":{"Start":"2026-03-09","End":"2026-03-10"},"Groups":[{"Keys":["P","AWS"],"Metrics":{"UnblendedCost":{"Amount":"much","Unit":"USD"}}}]}]}`), nil
	}})
	var c snapshot.Cost
	if result := b.Run(); result.Err == nil || b.Staged("2026-03-10", "cost", &c) {
		t.Errorf("error %v, staged %+v", result.Err, c)
	}
}

func TestSpanWithoutPaidCallsLeavesEarlierDaysAlone(t *testing.T) {
	b := bench(t)
	b.Request.EarlierDays, b.Request.Options.NoPaidCalls = 2, true
	if result := b.Run(); result.Status != outcome.Skipped || len(result.Earlier) != 0 {
		t.Errorf("got %+v", result.Outcome)
	}
}

// Cost Explorer keeps 14 months: the days of a span that it has are read, and those that it has not are named.
func TestSpanBeginsWhereDataBegin(t *testing.T) {
	for _, words := range []string{
		"To retrieve data beyond the past 14 months, your start date needs to be the first day of the month.",
		"You haven't enabled historical data beyond 14 months.",
	} {
		b := collecttest.New(t, cost.Collector, simaws.Options{Volume: 0.2})
		b.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(r simaws.Request) (any, error) {
			var input struct{ TimePeriod struct{ Start string } }
			if err := json.Unmarshal(r.Input, &input); err != nil || input.TimePeriod.Start >= "2025-01-11" {
				return nil, errors.Join(err, simaws.ErrPassOn)
			}
			return nil, simaws.Failure(400, "ValidationException", words)
		}})
		simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2025-01-11", 5), line("EC2", "2025-01-12", 7))
		b.Request.History, b.Request.EarlierDays = true, 4
		b.Request.Date, b.Request.Window = "2025-01-13", snapshot.WindowOf(snapshot.Daily, time.Date(2025, 1, 13, 0, 0, 0, 0, time.UTC))
		result := b.Run()
		if result.Status != outcome.Warned || !strings.Contains(fmt.Sprint(result.Messages), "the cost of 2025-01-09 is missing: Cost Explorer has data from 2025-01-11 on") || !strings.Contains(result.Reason, words) {
			t.Errorf("status %q, messages %v", result.Status, result.Messages)
		}
		read := func(date, path string, value any) bool { return b.Staged(date, path, value) }
		want := []string{"2025-01-13: 7 after 5, 0 forecasts", "2025-01-12: 5 after 0, 0 forecasts"}
		if diff := cmp.Diff(want, totals(t, read, "2025-01-13", "2025-01-12", "2025-01-11", "2025-01-10")); diff != "" {
			t.Error(diff)
		}
	}
}

// The dimension BILLING_ENTITY is not in the reference of GetCostAndUsage.
func TestBillWithoutBillersIsReadByService(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, line("EC2", "2026-03-10", 5), bought("Datadog", "2026-03-10", 1))
	b.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), `"BILLING_ENTITY"`) {
			return nil, simaws.Failure(400, "ValidationException", "Group Definition dimension BILLING_ENTITY is invalid.")
		}
		return nil, simaws.ErrPassOn
	}})
	result := b.Run()
	if result.Status != outcome.Warned || !strings.Contains(result.Reason, "does not say what AWS Marketplace bills") || !strings.Contains(result.Reason, "BILLING_ENTITY is invalid") {
		t.Errorf("status %q (%s), error %v", result.Status, result.Reason, result.Err)
	}
	if c := section(t, result); c.CurrentPeriodCost.String() != "6" || c.CurrentPeriodCost.Sign() == 0 {
		t.Errorf("cost %+v", c)
	}
	if _, written := result.Content["marketplace"]; written {
		t.Error("an empty list would say that nothing was bought")
	}
}
