// Package marketplace collects what the account's products of AWS Marketplace cost.
//
//	operations  ce GetCostAndUsage by service, only of the billing entity AWS Marketplace, all pages
//	scope       account-wide, in the home region
//	window      [start, end), by day
//	section     marketplace
//	paid        yes: 0.01 US dollars per request; one request for each page of results
//	quotas      not published; 5 requests per second
//	            https://docs.aws.amazon.com/cost-management/latest/userguide/ce-api-best-practices.html
package marketplace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

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
}

// Collector is the catalogue's marketplace.
var Collector = collect.Collector{
	Word: "marketplace",
	Rate: collect.Rate{PerSecond: 5, Burst: 5},
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, costexplorer.NewFromConfig(cfg), scope, part)
	},
}

const (
	section = "marketplace"
	metric  = "UnblendedCost"
)

// Collect writes a [snapshot.MarketplaceProduct] for each product that cost something in the window, the most
// expensive first. Without paid calls nothing is collected.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.Options.NoPaidCalls {
		part.Skip("Cost Explorer requests are paid, and paid calls are switched off")
		return nil
	}
	products, err := read(ctx, api, scope)
	if err != nil {
		return fmt.Errorf("reading the cost of Marketplace products: %w", notEnabled(err))
	}
	part.Empty(section)
	for _, product := range products {
		if err := part.Add(section, product); err != nil {
			return err
		}
	}
	return nil
}

// read asks by day whatever the interval, because daily_costs wants the days.
func read(ctx context.Context, api API, scope collect.Scope) ([]*snapshot.MarketplaceProduct, error) {
	input := &costexplorer.GetCostAndUsageInput{
		TimePeriod:  &types.DateInterval{Start: aws.String(scope.Window.StartDate()), End: aws.String(scope.Window.EndDate())},
		Granularity: types.GranularityDaily, Metrics: []string{metric},
		GroupBy: []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SERVICE")}},
		Filter: &types.Expression{And: []types.Expression{
			only(types.DimensionBillingEntity, "AWS Marketplace"), only(types.DimensionLinkedAccount, scope.Account),
		}},
	}
	products := map[string]*snapshot.MarketplaceProduct{}
	for {
		page, err := api.GetCostAndUsage(ctx, input)
		if err != nil {
			return nil, err
		}
		if err := add(products, page.ResultsByTime, scope.Window); err != nil {
			return nil, err
		}
		if aws.ToString(page.NextPageToken) == "" {
			return dearest(products), nil
		}
		if aws.ToString(page.NextPageToken) == aws.ToString(input.NextPageToken) {
			return nil, errors.New("reading the marketplace: Cost Explorer repeats a page token")
		}
		input.NextPageToken = page.NextPageToken
	}
}

func only(dimension types.Dimension, value string) types.Expression {
	return types.Expression{Dimensions: &types.DimensionValues{Key: dimension, Values: []string{value}}}
}

func add(products map[string]*snapshot.MarketplaceProduct, days []types.ResultByTime, window snapshot.Window) error {
	for _, day := range days {
		for _, group := range day.Groups {
			value, name := group.Metrics[metric], group.Keys[0]
			cost, err := snapshot.ParseAmount(aws.ToString(value.Amount))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if cost.Sign() == 0 {
				continue
			}
			if products[name] == nil {
				products[name] = &snapshot.MarketplaceProduct{
					ProductCode: name, ProductName: name, Dimension: "Usage", Currency: aws.ToString(value.Unit),
					PeriodStart: window.StartDate(), PeriodEnd: window.EndDate(), Status: "CONSUMED",
				}
			}
			p := products[name]
			p.CostConsumed = p.CostConsumed.Plus(cost)
			p.DailyCosts = append(p.DailyCosts, snapshot.MarketplaceCost{Date: aws.ToString(day.TimePeriod.Start), Cost: cost})
		}
	}
	return nil
}

func dearest(products map[string]*snapshot.MarketplaceProduct) []*snapshot.MarketplaceProduct {
	return slices.SortedFunc(maps.Values(products), func(a, b *snapshot.MarketplaceProduct) int {
		return cmp.Or(b.CostConsumed.Cmp(a.CostConsumed), strings.Compare(a.ProductName, b.ProductName))
	})
}

// notEnabled recognises an account where nobody has opened Cost Explorer yet: the service says access denied.
func notEnabled(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "not enabled for cost explorer") {
		return fault.New(fault.NotEnabled, "Cost Explorer is not enabled: open it once in the Billing console of the management account")
	}
	return err
}
