package simaws_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"view360/shared/simaws"
)

func amount(t *testing.T, text *string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(aws.ToString(text), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func dates(start, end string) *types.DateInterval {
	return &types.DateInterval{Start: &start, End: &end}
}

func only(key types.Dimension, value string) *types.Expression {
	return &types.Expression{Dimensions: &types.DimensionValues{Key: key, Values: []string{value}}}
}

// costs reads all pages and returns the sum of every group's first key, and the number of requests.
func costs(t *testing.T, client *costexplorer.Client, input costexplorer.GetCostAndUsageInput) (sums map[string]float64, requests int) {
	t.Helper()
	sums = map[string]float64{}
	for {
		out, err := client.GetCostAndUsage(t.Context(), &input)
		if err != nil {
			t.Fatal(err)
		}
		requests++
		for _, r := range out.ResultsByTime {
			for _, g := range r.Groups {
				sums[g.Keys[0]] += amount(t, g.Metrics["UnblendedCost"].Amount)
			}
			if total, ok := r.Total["UnblendedCost"]; ok {
				sums["total"] += amount(t, total.Amount)
			}
		}
		if out.NextPageToken == nil {
			return sums, requests
		}
		input.NextPageToken = out.NextPageToken
	}
}

func TestCostsAreGroupedAndFiltered(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := costexplorer.NewFromConfig(server.Config(production))
	input := costexplorer.GetCostAndUsageInput{
		TimePeriod: dates("2026-09-01", "2026-11-01"), Granularity: types.GranularityDaily, Metrics: []string{"UnblendedCost"},
		Filter:  only(types.DimensionLinkedAccount, production),
		GroupBy: []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SERVICE")}},
	}
	byService, requests := costs(t, client, input)
	if len(byService) < 20 || requests != 2 {
		t.Errorf("got %d services in %d pages, want at least 20 in 2 pages of 1000 groups", len(byService), requests)
	}
	input.GroupBy, input.Granularity = nil, types.GranularityMonthly
	total, _ := costs(t, client, input)
	sum := 0.0
	for _, v := range byService {
		sum += v
	}
	if math.Abs(sum-total["total"]) > 1e-3 {
		t.Errorf("services sum up to %f, the months to %f", sum, total["total"])
	}

	t.Run("filters", func(t *testing.T) {
		input := input
		input.Filter = &types.Expression{And: []types.Expression{
			*only(types.DimensionBillingEntity, "AWS Marketplace"),
			{Not: only(types.DimensionService, "MongoDB Atlas (pay-as-you-go)")},
		}}
		input.GroupBy = []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SERVICE")}}
		got, _ := costs(t, client, input)
		if len(got) != 1 || got["Datadog Pro (Pay-As-You-Go)"] == 0 {
			t.Errorf("got %v, want Datadog only", got)
		}
	})
	t.Run("the management account sees every account, a member itself", func(t *testing.T) {
		input := input
		input.Filter = nil
		input.GroupBy = []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("LINKED_ACCOUNT")}}
		all, _ := costs(t, costexplorer.NewFromConfig(server.Config("")), input)
		own, _ := costs(t, client, input)
		if len(all) != 5 || len(own) != 1 || own[production] != all[production] {
			t.Errorf("management sees %v, member %v", all, own)
		}
	})
	t.Run("granularities that do not exist", func(t *testing.T) {
		for _, granularity := range []types.Granularity{"WEEKLY", "YEARLY"} {
			input := input
			input.Granularity = granularity
			_, err := client.GetCostAndUsage(t.Context(), &input)
			wantCode(t, err, "ValidationException")
		}
	})
	t.Run("invented token", func(t *testing.T) {
		input := input
		input.GroupBy = []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SERVICE")}}
		input.NextPageToken = aws.String("invented")
		_, err := client.GetCostAndUsage(t.Context(), &input)
		var invalid *types.InvalidNextTokenException
		if !errors.As(err, &invalid) {
			t.Errorf("got %v, want InvalidNextTokenException", err)
		}
	})
}

// The clock is at 18 November 2026.
func TestPeriodsHaveTheLimitsOfAWS(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := costexplorer.NewFromConfig(server.Config(production))
	filter := only(types.DimensionService, "Amazon Relational Database Service")
	for name, c := range map[string]struct {
		period           *types.DateInterval
		costs, ofHistory string // parts of the message; "" if it is answered
	}{
		"until the first of next month": {dates("2026-11-01", "2026-12-01"), "", "before the current date"},
		"beyond the first":              {dates("2026-11-01", "2026-12-02"), "past the beginning of next month", "before the current date"},
		"until today":                   {dates("2026-11-17", "2026-11-18"), "", "before the current date"},
		"until yesterday":               {dates("2026-11-16", "2026-11-17"), "", ""},
		"14 months":                     {dates("2025-09-18", "2026-11-17"), "", "13 months"},
		"more than 14 months":           {dates("2025-09-17", "2026-11-17"), "To retrieve data beyond the past 14 months", "13 months"},
		"from the first of a month":     {dates("2025-09-01", "2026-11-17"), "You haven't enabled historical data beyond 14 months", "13 months"},
		"13 months":                     {dates("2025-10-18", "2026-11-17"), "", ""},
	} {
		_, err := client.GetCostAndUsage(t.Context(), &costexplorer.GetCostAndUsageInput{TimePeriod: c.period, Granularity: "DAILY", Metrics: []string{"UnblendedCost"}})
		wantMessage(t, name+": costs", err, c.costs)
		_, err = client.GetReservationUtilization(t.Context(), &costexplorer.GetReservationUtilizationInput{TimePeriod: c.period, Filter: filter})
		wantMessage(t, name+": reservations", err, c.ofHistory)
		_, err = client.GetSavingsPlansUtilization(t.Context(), &costexplorer.GetSavingsPlansUtilizationInput{TimePeriod: c.period})
		wantMessage(t, name+": plans", err, c.ofHistory)
		_, err = client.GetSavingsPlansUtilizationDetails(t.Context(), &costexplorer.GetSavingsPlansUtilizationDetailsInput{TimePeriod: c.period})
		wantMessage(t, name+": plan details", err, c.ofHistory)
	}
}

// wantMessage checks that err is a validation error with the text, or nil without one.
func wantMessage(t *testing.T, name string, err error, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil, text != "" && err == nil:
		t.Errorf("%s: got error %v, want %q", name, err, text)
	case text != "" && (!strings.Contains(err.Error(), "ValidationException") || !strings.Contains(err.Error(), text)):
		t.Errorf("%s: got error %v, want %q", name, err, text)
	}
}

func TestNewAccountHasNoData(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	server.Fault(simaws.Fault{Service: "ce", Kind: simaws.NoData})
	client, period := costexplorer.NewFromConfig(server.Config(production)), dates("2026-11-16", "2026-11-17")
	_, costs := client.GetCostAndUsage(t.Context(), &costexplorer.GetCostAndUsageInput{TimePeriod: period, Granularity: "DAILY", Metrics: []string{"UnblendedCost"}})
	_, forecast := client.GetCostForecast(t.Context(), &costexplorer.GetCostForecastInput{TimePeriod: period, Granularity: "DAILY", Metric: "UNBLENDED_COST"})
	_, reservations := client.GetReservationUtilization(t.Context(), &costexplorer.GetReservationUtilizationInput{TimePeriod: period})
	_, plans := client.GetSavingsPlansUtilizationDetails(t.Context(), &costexplorer.GetSavingsPlansUtilizationDetailsInput{TimePeriod: period})
	for _, err := range []error{costs, forecast, reservations, plans} {
		var unavailable *types.DataUnavailableException
		if !errors.As(err, &unavailable) {
			t.Errorf("got %v, want DataUnavailableException", err)
		}
	}
}

func TestCostsSettleAfterDays(t *testing.T) {
	t.Parallel()
	now := noon
	server := start(t, simaws.Options{Now: func() time.Time { return now }})
	client := costexplorer.NewFromConfig(server.Config(production))
	input := costexplorer.GetCostAndUsageInput{
		TimePeriod: dates("2026-11-17", "2026-11-18"), Granularity: types.GranularityDaily, Metrics: []string{"UnblendedCost"},
	}
	fresh, _ := costs(t, client, input)
	now = noon.AddDate(0, 0, 3)
	settled, _ := costs(t, client, input)
	if fresh["total"] >= settled["total"] {
		t.Errorf("got %f the day after and %f three days later, want more later", fresh["total"], settled["total"])
	}
}

func TestForecastCoversTheMonths(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := costexplorer.NewFromConfig(server.Config(production))
	input := &costexplorer.GetCostForecastInput{
		TimePeriod: dates("2026-11-18", "2026-12-18"), Granularity: types.GranularityMonthly, Metric: types.MetricUnblendedCost,
	}
	out, err := client.GetCostForecast(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.ForecastResultsByTime) != 2 || amount(t, out.ForecastResultsByTime[0].MeanValue) <= 0 {
		t.Errorf("got forecast %v, want two months", out.ForecastResultsByTime)
	}
	input.TimePeriod = dates("2026-11-01", "2026-12-18")
	_, err = client.GetCostForecast(t.Context(), input)
	wantCode(t, err, "ValidationException")
}

func TestUtilizationIsGroupedByCommitment(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := costexplorer.NewFromConfig(server.Config(production))
	input := &costexplorer.GetReservationUtilizationInput{
		TimePeriod: dates("2026-11-16", "2026-11-17"),
		GroupBy:    []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SUBSCRIPTION_ID")}},
		Filter:     only(types.DimensionService, "Amazon Relational Database Service"),
	}
	out, err := client.GetReservationUtilization(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	if groups := out.UtilizationsByTime[0].Groups; len(groups) != 6 || amount(t, groups[0].Utilization.UtilizationPercentage) <= 0 {
		t.Errorf("got %d groups, want two reservations in each of three regions", len(groups))
	}
	t.Run("SUBSCRIPTION_ID is not a filter", func(t *testing.T) { // D36
		refused := *input
		refused.Filter = only(types.DimensionSubscriptionId, "x")
		_, err := client.GetReservationUtilization(t.Context(), &refused)
		wantCode(t, err, "ValidationException")
	})
	plans, err := client.GetSavingsPlansUtilizationDetails(t.Context(), &costexplorer.GetSavingsPlansUtilizationDetailsInput{TimePeriod: dates("2026-11-16", "2026-11-17")})
	if err != nil || len(plans.SavingsPlansUtilizationDetails) != 3 {
		t.Errorf("got plans %v, error %v, want 3", plans, err)
	}
	byTime, err := client.GetSavingsPlansUtilization(t.Context(), &costexplorer.GetSavingsPlansUtilizationInput{
		TimePeriod: dates("2026-11-14", "2026-11-17"), Granularity: types.GranularityDaily})
	if err != nil || len(byTime.SavingsPlansUtilizationsByTime) != 3 {
		t.Errorf("got days %v, error %v, want 3", byTime, err)
	}
	_, err = costexplorer.NewFromConfig(server.Config(sandbox)).GetSavingsPlansUtilization(t.Context(), &costexplorer.GetSavingsPlansUtilizationInput{
		TimePeriod: dates("2026-11-14", "2026-11-17")})
	var unavailable *types.DataUnavailableException
	if !errors.As(err, &unavailable) {
		t.Errorf("got %v without plans, want DataUnavailableException", err)
	}
}
