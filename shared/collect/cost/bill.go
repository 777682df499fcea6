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

// bill is the answer of Cost Explorer.
type bill struct {
	lines []line // in its order
	// begins is the first day that could be read: Cost Explorer keeps the days of 14 months.
	begins time.Time
	// tooOld is why it does not begin earlier; nil if nothing is missing.
	tooOld error
	// lacksEntities: Cost Explorer did not say who bills what, so that products of AWS Marketplace are not known.
	lacksEntities error
}

// line is the cost of one service in one result period.
type line struct {
	start   time.Time // of the result period
	service string
	entity  string // who bills it: AWS or AWS Marketplace; "" if unknown
	amount  snapshot.Amount
	unit    string
}

// readBill returns the bill from the period before the oldest day to the newest day, as far back as there are data.
func readBill(ctx context.Context, api API, days []collect.Day) (bill, error) {
	newest, oldest := days[0].Scope, days[len(days)-1].Scope
	input := &costexplorer.GetCostAndUsageInput{
		TimePeriod:  &types.DateInterval{End: aws.String(lastEnd(newest))},
		Granularity: toGranularity(newest.Interval), Metrics: []string{metric},
		GroupBy: []types.GroupDefinition{groupBy("SERVICE"), groupBy("BILLING_ENTITY")},
		Filter:  filterAccount(newest.Account),
	}
	var tooOld, refused error
	for _, start := range listStarts(newest, oldest) {
		input.TimePeriod.Start = aws.String(start.Format(time.DateOnly))
		b, err := readBillFrom(ctx, api, input)
		if isUnknownGroup(err) {
			refused, input.GroupBy = err, input.GroupBy[:1]
			b, err = readBillFrom(ctx, api, input)
		}
		b.begins, b.tooOld, b.lacksEntities = start, tooOld, refused
		if !isTooOld(err) || start.Equal(newest.Window.Start) {
			return b, explainNotEnabled(err)
		}
		tooOld = err
	}
	return bill{}, errors.New("reading the cost by service: no day to read") // listStarts ends with the newest day
}

// listStarts returns where to begin reading, the best first: the period before the oldest day, and if that is older than the
// data that Cost Explorer keeps, where these begin, depending on the settings of the payer, and at last the newest day.
func listStarts(newest, oldest collect.Scope) (starts []time.Time) {
	today := newest.Now.UTC().Truncate(24 * time.Hour)
	starts = []time.Time{oldest.Window.Previous(oldest.Interval).Start}
	for _, start := range []time.Time{
		today.AddDate(0, -keptMonths, 0), today.AddDate(0, -keptMonths, 1),
		time.Date(today.Year(), today.Month()-keptMonths+1, 1, 0, 0, 0, 0, time.UTC), newest.Window.Start,
	} {
		if start.After(starts[len(starts)-1]) && !start.After(newest.Window.Start) {
			starts = append(starts, start)
		}
	}
	return starts
}

// keptMonths is the number of months whose days Cost Explorer keeps.
// Source: https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html
const keptMonths = 14

// readBillFrom reads all pages of the bill from the start of the input.
func readBillFrom(ctx context.Context, api API, input *costexplorer.GetCostAndUsageInput) (b bill, err error) {
	input.NextPageToken = nil
	read := func(token *string) (*costexplorer.GetCostAndUsageOutput, *string, error) {
		input.NextPageToken = token
		page, err := api.GetCostAndUsage(ctx, input)
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextPageToken, nil
	}
	for page, err := range paging.FollowTokens(read) {
		if err != nil {
			return bill{}, fmt.Errorf("reading the cost by service: %w", err)
		}
		for _, result := range page.ResultsByTime {
			if err := b.addPeriod(result, len(input.GroupBy)); err != nil {
				return bill{}, err
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

// isUnknownGroup reports whether Cost Explorer refuses to group by BILLING_ENTITY, which its reference does not list among
// the dimensions.
func isUnknownGroup(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ValidationException" &&
		(strings.Contains(api.ErrorMessage(), "BILLING_ENTITY") || strings.Contains(strings.ToLower(api.ErrorMessage()), "group"))
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

// addPeriod adds the groups of one more result period.
func (b *bill) addPeriod(result types.ResultByTime, keys int) error {
	if result.TimePeriod == nil {
		return errors.New("reading the cost by service: a result has no period")
	}
	start, err := time.Parse(time.DateOnly, aws.ToString(result.TimePeriod.Start))
	if err != nil {
		return fmt.Errorf("reading the cost by service: period start: %w", err)
	}
	for _, group := range result.Groups {
		if len(group.Keys) != keys {
			return fmt.Errorf("reading the cost by service: a group has the keys %v, want service and billing entity", group.Keys)
		}
		value := group.Metrics[metric]
		amount, err := snapshot.ParseAmount(aws.ToString(value.Amount))
		if err != nil {
			return fmt.Errorf("reading the cost of %v: %w", group.Keys, err)
		}
		l := line{start: start, service: group.Keys[0], amount: amount, unit: aws.ToString(value.Unit)}
		if keys > 1 {
			l.entity = group.Keys[1]
		}
		b.lines = append(b.lines, l)
	}
	return nil
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
	for _, l := range b.lines {
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

// has reports whether the whole window could be read.
func (b bill) has(window snapshot.Window) bool { return !window.Start.Before(b.begins) }

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
