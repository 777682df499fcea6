// Package cost collects what the account cost in the window and in the period before, by service, the forecast, and what
// its products of AWS Marketplace cost. All of it comes from the same bill, read once, because each request is paid.
//
//	operations  ce GetCostAndUsage (one query grouped by service and billing entity over both periods, all pages),
//	            GetCostForecast
//	scope       account-wide, in the home region
//	window      [start, end); the period before is the calendar period before it. Several days are read with the
//	            requests of one: costs settle for days after the fact, so a daily run reads the last few again (D19)
//	sections    service, cost, marketplace
//	paid        yes: 0.01 US dollars per request; two requests a day for an account with one page of results
//	quotas      not published
//	            https://docs.aws.amazon.com/cost-management/latest/userguide/ce-api-best-practices.html
package cost

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/snapshot"
)

// API is the part of the Cost Explorer client that Collect uses; each method is one IAM action of the role.
type API interface {
	GetCostAndUsage(context.Context, *costexplorer.GetCostAndUsageInput, ...func(*costexplorer.Options)) (*costexplorer.GetCostAndUsageOutput, error)
	GetCostForecast(context.Context, *costexplorer.GetCostForecastInput, ...func(*costexplorer.Options)) (*costexplorer.GetCostForecastOutput, error)
}

// Collector is the source cost.
var Collector = collect.Collector{
	SourceName: "cost",
	CollectDays: func(ctx context.Context, cfg aws.Config, days []collect.Day) error {
		return Collect(ctx, costexplorer.NewFromConfig(cfg), days)
	},
}

const topServices = 5

// Collect writes for each day a [snapshot.ServiceCost] for each service of the window, most expensive first, the
// [snapshot.Cost], and a [snapshot.MarketplaceProduct] for each product that cost something. Amounts stay decimal.
// Without paid calls nothing is collected.
func Collect(ctx context.Context, api API, days []collect.Day) error {
	if days[0].Scope.Options.NoPaidCalls {
		days[0].Part.Skip("Cost Explorer requests are paid, and paid calls are switched off")
		return nil
	}
	bill, err := readBill(ctx, api, days)
	if err != nil {
		return err
	}
	for _, day := range days {
		if !bill.has(day.Scope.Window) {
			days[0].Part.Warn("cost", explainTooOld(bill, "the cost of "+day.Scope.Window.StartDate()+" is missing"))
			continue
		}
		forecasts, err := readForecast(ctx, api, day)
		if err != nil {
			return err
		}
		if err := writeDay(day, bill, forecasts); err != nil {
			return err
		}
	}
	return nil
}

func writeDay(day collect.Day, b bill, forecasts []snapshot.Forecast) error {
	current, before := b.sumPeriod(day.Scope.Window), day.Scope.Window.Previous(day.Scope.Interval)
	previous := period{window: before}
	if b.has(before) {
		previous = b.sumPeriod(before)
	} else {
		day.Part.Warn("cost", explainTooOld(b, "the cost of the period before, from "+before.StartDate()+", is missing and counts as 0"))
	}
	day.Part.DeclareLists("service")
	for _, s := range current.services {
		if err := day.Part.Add("service", s); err != nil {
			return err
		}
	}
	if err := addProducts(day, b); err != nil {
		return err
	}
	section := toCost(day.Scope, current, previous)
	section.Forecast = forecasts
	return day.Part.Set("cost", section)
}

func explainTooOld(b bill, missing string) error {
	return fault.Explain(fault.StatusOf(b.tooOld), b.tooOld, "%s: Cost Explorer has data from %s on: %s", missing, b.begins.Format(time.DateOnly), fault.Reason(b.tooOld))
}

// addProducts writes the products of a day. Their table has no granularity, so that a longer interval would overwrite its
// first day.
func addProducts(day collect.Day, b bill) error {
	if day.Scope.Interval != snapshot.Daily {
		return nil
	}
	if b.lacksEntities != nil {
		day.Part.Warn("marketplace", fault.Explain(fault.StatusOf(b.lacksEntities), b.lacksEntities,
			"the bill does not say what AWS Marketplace bills: %s", fault.Reason(b.lacksEntities)))
		return nil
	}
	day.Part.DeclareLists("marketplace")
	for _, product := range b.sumProducts(day.Scope.Window) {
		if err := day.Part.Add("marketplace", product); err != nil {
			return err
		}
	}
	return nil
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
