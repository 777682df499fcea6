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
	"view360/shared/outcome"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

const metric = "UnblendedCost"

// bill is the answer of Cost Explorer, in its order.
type bill []line

// line is the cost of one service in one result period.
type line struct {
	start   time.Time // of the result period
	service string
	entity  string // who bills it: AWS or AWS Marketplace
	amount  snapshot.Amount
	unit    string
}

// readBill returns the bill from the period before the oldest day to the newest day.
func readBill(ctx context.Context, api API, days []collect.Day) (bill, error) {
	newest, oldest := days[0].Scope, days[len(days)-1]
	start := oldest.Scope.Window.StartDate()
	input := &costexplorer.GetCostAndUsageInput{
		TimePeriod: &types.DateInterval{
			Start: aws.String(oldest.Scope.Window.Previous(oldest.Scope.Interval).StartDate()), End: aws.String(lastEnd(newest)),
		},
		Granularity: toGranularity(newest.Interval), Metrics: []string{metric}, GroupBy: []types.GroupDefinition{groupBy("SERVICE"), groupBy("BILLING_ENTITY")},
		Filter: filterAccount(newest.Account),
	}
	read := func(token *string) (*costexplorer.GetCostAndUsageOutput, *string, error) {
		input.NextPageToken = token
		page, err := api.GetCostAndUsage(ctx, input)
		if isTooOld(err) && aws.ToString(input.TimePeriod.Start) != start {
			oldest.Part.Warn("cost", fmt.Errorf("the period before is older than the data that Cost Explorer keeps, its cost counts as 0: %w", err))
			input.TimePeriod.Start = &start
			page, err = api.GetCostAndUsage(ctx, input)
		}
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextPageToken, nil
	}
	var b bill
	for page, err := range paging.FollowTokens(read) {
		if err != nil {
			return nil, explainNotEnabled(fmt.Errorf("reading the cost by service: %w", err))
		}
		for _, result := range page.ResultsByTime {
			if b, err = b.appendPeriod(result); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// lastEnd returns the end of the window, no later than tomorrow: Cost Explorer refuses one after the first of next month,
// and later days have no cost.
func lastEnd(scope collect.Scope) string {
	return min(scope.Window.EndDate(), scope.Now.UTC().AddDate(0, 0, 1).Format(time.DateOnly))
}

// isTooOld reports whether a query begins before the data that Cost Explorer keeps, 14 months unless more was enabled.
func isTooOld(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && (strings.Contains(api.ErrorMessage(), "historical data beyond") || strings.Contains(api.ErrorMessage(), "retrieve data beyond"))
}

// toGranularity returns the granularity of the query. Cost Explorer has neither weeks nor years (D5), and a year of
// days takes many paid pages.
func toGranularity(interval snapshot.Interval) types.Granularity {
	if interval == snapshot.Yearly {
		return types.GranularityMonthly
	}
	return types.GranularityDaily
}

func groupBy(dimension string) types.GroupDefinition {
	return types.GroupDefinition{Type: types.GroupDefinitionTypeDimension, Key: &dimension}
}

func filterAccount(account string) *types.Expression {
	return &types.Expression{Dimensions: &types.DimensionValues{Key: types.DimensionLinkedAccount, Values: []string{account}}}
}

// appendPeriod returns the bill with the groups of one more result period.
func (b bill) appendPeriod(result types.ResultByTime) (bill, error) {
	if result.TimePeriod == nil {
		return nil, errors.New("reading the cost by service: a result has no period")
	}
	start, err := time.Parse(time.DateOnly, aws.ToString(result.TimePeriod.Start))
	if err != nil {
		return nil, fmt.Errorf("reading the cost by service: period start: %w", err)
	}
	for _, group := range result.Groups {
		if len(group.Keys) != 2 {
			return nil, fmt.Errorf("reading the cost by service: a group has the keys %v, want service and billing entity", group.Keys)
		}
		value := group.Metrics[metric]
		amount, err := snapshot.ParseAmount(aws.ToString(value.Amount))
		if err != nil {
			return nil, fmt.Errorf("reading the cost of %v: %w", group.Keys, err)
		}
		b = append(b, line{start, group.Keys[0], group.Keys[1], amount, aws.ToString(value.Unit)})
	}
	return b, nil
}

// period is the cost of one window.
type period struct {
	window   snapshot.Window
	services []snapshot.ServiceCost // most expensive first
	total    snapshot.Amount
}

// sumPeriod adds up the lines of a window.
func (b bill) sumPeriod(window snapshot.Window) period {
	p := period{window: window}
	for _, l := range b {
		if window.Contains(l.start) {
			p.addLine(l)
		}
	}
	slices.SortStableFunc(p.services, func(a, b snapshot.ServiceCost) int { return b.Cost.Cmp(a.Cost) })
	return p
}

func (p *period) addLine(l line) {
	p.total = p.total.Plus(l.amount)
	i := slices.IndexFunc(p.services, func(s snapshot.ServiceCost) bool { return s.Service == l.service })
	if i >= 0 {
		p.services[i].Cost = p.services[i].Cost.Plus(l.amount)
		return
	}
	p.services = append(p.services, snapshot.ServiceCost{
		Service: l.service, UsageTypes: "Aggregated", DateFrom: p.window.StartDate(), DateTo: p.window.EndDate(), Cost: l.amount, Currency: l.unit,
	})
}

// explainNotEnabled returns outcome.NotEnabled for an account where Cost Explorer was never opened, which the service
// reports as access denied, and for a new account that has no data yet. It returns other errors unchanged.
func explainNotEnabled(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "not enabled for cost explorer") {
		return fault.New(outcome.NotEnabled, "Cost Explorer is not enabled: open it once in the Billing console of the management account")
	}
	var noData *types.DataUnavailableException
	if errors.As(err, &noData) {
		return fault.Explain(outcome.NotEnabled, err, "Cost Explorer has no data of this account yet: a new account, or one that just enabled it, waits for a day or two")
	}
	return err
}
