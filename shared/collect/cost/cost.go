// Package cost collects what the account cost in the window and in the period before, by service, and the forecast.
//
//	operations  ce GetCostAndUsage (one query grouped by service over both periods, all pages), GetCostForecast
//	scope       account-wide, in the home region
//	window      [start, end); the period before is the calendar period before it
//	sections    service, cost
//	paid        yes: 0.01 US dollars per request; two requests a day for an account with one page of results
//	quotas      not published; 5 requests per second
//	            https://docs.aws.amazon.com/cost-management/latest/userguide/ce-api-best-practices.html
package cost

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	smithy "github.com/aws/smithy-go"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/snapshot"
)

// API is the part of the Cost Explorer client that Collect uses; each method is one IAM action of the role.
type API interface {
	GetCostAndUsage(context.Context, *costexplorer.GetCostAndUsageInput, ...func(*costexplorer.Options)) (*costexplorer.GetCostAndUsageOutput, error)
	GetCostForecast(context.Context, *costexplorer.GetCostForecastInput, ...func(*costexplorer.Options)) (*costexplorer.GetCostForecastOutput, error)
}

// Collector is the catalogue's cost.
var Collector = collect.Collector{
	Word: "cost",
	Rate: collect.Rate{PerSecond: 5, Burst: 5},
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, costexplorer.NewFromConfig(cfg), scope, part)
	},
}

const (
	metric       = "UnblendedCost"
	topServices  = 5
	forecastDays = 30
)

// Collect writes a [snapshot.ServiceCost] for each service of the window, most expensive first, and the
// [snapshot.Cost]. Amounts stay decimal. Without paid calls nothing is collected.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.Options.NoPaidCalls {
		part.Skip("Cost Explorer requests are paid, and paid calls are switched off")
		return nil
	}
	current, previous, err := costs(ctx, api, scope, part)
	if err != nil {
		return err
	}
	section := toCost(scope, current, previous)
	if section.Forecast, err = forecast(ctx, api, scope, part); err != nil {
		return err
	}
	part.Empty("service")
	for _, s := range current.services {
		if err := part.Add("service", s); err != nil {
			return err
		}
	}
	return part.Set("cost", section)
}

// period is the cost of one window.
type period struct {
	window   snapshot.Window
	services []snapshot.ServiceCost
	total    snapshot.Amount
}

// costs reads both periods with one query, because each request is paid.
func costs(ctx context.Context, api API, scope collect.Scope, part *collect.Part) (current, previous period, err error) {
	current.window, previous.window = scope.Window, scope.Window.Previous(scope.Interval)
	input := &costexplorer.GetCostAndUsageInput{
		TimePeriod:  &types.DateInterval{Start: aws.String(previous.window.StartDate()), End: aws.String(current.window.EndDate())},
		Granularity: granularity(scope.Interval), Metrics: []string{metric},
		GroupBy: []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SERVICE")}},
		Filter:  ofAccount(scope.Account),
	}
	for {
		page, err := api.GetCostAndUsage(ctx, input)
		if tooOld(err) && aws.ToString(input.TimePeriod.Start) != current.window.StartDate() {
			part.Warn("cost", fmt.Errorf("the period before is older than the data that Cost Explorer keeps, its cost counts as 0: %w", err))
			input.TimePeriod.Start = aws.String(current.window.StartDate())
			continue
		}
		if err != nil {
			return period{}, period{}, notEnabled(fmt.Errorf("reading the cost by service: %w", err))
		}
		for _, result := range page.ResultsByTime {
			if err := add(&current, &previous, result); err != nil {
				return period{}, period{}, err
			}
		}
		if aws.ToString(page.NextPageToken) == "" {
			break
		}
		if aws.ToString(page.NextPageToken) == aws.ToString(input.NextPageToken) {
			return period{}, period{}, errors.New("reading the cost by service: Cost Explorer repeats a page token")
		}
		input.NextPageToken = page.NextPageToken
	}
	slices.SortStableFunc(current.services, func(a, b snapshot.ServiceCost) int { return b.Cost.Cmp(a.Cost) })
	return current, previous, nil
}

// tooOld recognises a query that goes back further than Cost Explorer keeps data, 14 months unless more was enabled.
func tooOld(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "historical data")
}

// granularity is that of the query: Cost Explorer knows neither weeks nor years (D5).
func granularity(interval snapshot.Interval) types.Granularity {
	if interval == snapshot.Monthly || interval == snapshot.Yearly {
		return types.GranularityMonthly
	}
	return types.GranularityDaily
}

func ofAccount(account string) *types.Expression {
	return &types.Expression{Dimensions: &types.DimensionValues{Key: types.DimensionLinkedAccount, Values: []string{account}}}
}

// add puts one result period into the window that it belongs to.
func add(current, previous *period, result types.ResultByTime) error {
	start, err := time.Parse(time.DateOnly, aws.ToString(result.TimePeriod.Start))
	if err != nil {
		return fmt.Errorf("reading the cost by service: period start: %w", err)
	}
	target := previous
	if current.window.Contains(start) {
		target = current
	}
	for _, group := range result.Groups {
		value := group.Metrics[metric]
		amount, err := snapshot.ParseAmount(aws.ToString(value.Amount))
		if err != nil {
			return fmt.Errorf("reading the cost of %v: %w", group.Keys, err)
		}
		target.add(group.Keys[0], amount, aws.ToString(value.Unit))
	}
	return nil
}

// add sums up the result periods of a window that is longer than they are.
func (p *period) add(service string, amount snapshot.Amount, unit string) {
	p.total = p.total.Plus(amount)
	i := slices.IndexFunc(p.services, func(s snapshot.ServiceCost) bool { return s.Service == service })
	if i >= 0 {
		p.services[i].Cost = p.services[i].Cost.Plus(amount)
		return
	}
	p.services = append(p.services, snapshot.ServiceCost{
		Service: service, UsageTypes: "Aggregated", DateFrom: p.window.StartDate(), DateTo: p.window.EndDate(), Cost: amount, Currency: unit,
	})
}

func toCost(scope collect.Scope, current, previous period) snapshot.Cost {
	c := snapshot.Cost{
		AccountID: scope.Account, CurrentPeriodCost: current.total, PreviousPeriodCost: previous.total,
		CostDifference: current.total.Minus(previous.total), TopServices: []snapshot.TopService{},
		Period: snapshot.CostPeriod{Start: scope.Window.StartDate(), End: scope.Window.EndDate(), Granularity: scope.Interval},
	}
	if previous.total.Sign() > 0 {
		c.CostDifferencePct = c.CostDifference.PercentOf(previous.total)
	}
	for _, s := range current.services[:min(len(current.services), topServices)] {
		c.TopServices = append(c.TopServices, snapshot.TopService{Service: s.Service, Cost: s.Cost})
	}
	return c
}

// forecast asks for the cost of the days after the window (D65), in a daily run for the present only. An account that is too young for
// a forecast has none; a failure leaves the rest of the section as it is.
func forecast(ctx context.Context, api API, scope collect.Scope, part *collect.Part) ([]snapshot.Forecast, error) {
	forecasts := []snapshot.Forecast{}
	if scope.Interval != snapshot.Daily || scope.History {
		return forecasts, nil
	}
	got, err := api.GetCostForecast(ctx, &costexplorer.GetCostForecastInput{
		TimePeriod:  &types.DateInterval{Start: aws.String(scope.Window.EndDate()), End: aws.String(scope.Window.End.AddDate(0, 0, forecastDays).Format(time.DateOnly))},
		Granularity: types.GranularityMonthly, Metric: types.MetricUnblendedCost, Filter: ofAccount(scope.Account),
	})
	var young *types.DataUnavailableException
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &young):
		return forecasts, nil
	case err != nil:
		part.Warn("Forecast unavailable", fmt.Errorf("reading the forecast: %w", err))
		return forecasts, nil
	}
	for _, f := range got.ForecastResultsByTime {
		amount, err := snapshot.ParseAmount(aws.ToString(f.MeanValue))
		if err != nil {
			return nil, fmt.Errorf("reading the forecast: %w", err)
		}
		forecasts = append(forecasts, snapshot.Forecast{
			Period: snapshot.ForecastPeriod{Start: aws.ToString(f.TimePeriod.Start), End: aws.ToString(f.TimePeriod.End)}, Amount: amount,
		})
	}
	return forecasts, nil
}

// notEnabled recognises an account where nobody has opened Cost Explorer yet: the service says access denied.
func notEnabled(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "not enabled for cost explorer") {
		return fault.New(fault.NotEnabled, "Cost Explorer is not enabled: open it once in the Billing console of the management account")
	}
	return err
}
