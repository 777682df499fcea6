package securityhub

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"view360/shared/fault"
	"view360/shared/paging"
)

// findAggregationRegion returns the region that shows the findings of region: the home of the account's aggregation if
// region is linked to it, otherwise region itself. Both operations work in any region.
// Source: https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation-view-config.html
func findAggregationRegion(ctx context.Context, api API, region string) (string, error) {
	pages := securityhub.NewListFindingAggregatorsPaginator(api, &securityhub.ListFindingAggregatorsInput{MaxResults: aws.Int32(pageSize)},
		func(o *securityhub.ListFindingAggregatorsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return "", fmt.Errorf("listing finding aggregators: %w", err)
		}
		for _, listed := range page.FindingAggregators {
			aggregator, err := api.GetFindingAggregator(ctx, &securityhub.GetFindingAggregatorInput{FindingAggregatorArn: listed.FindingAggregatorArn})
			if fault.IsGone(err) {
				continue
			}
			if err != nil {
				return "", fmt.Errorf("getting finding aggregator %s: %w", aws.ToString(listed.FindingAggregatorArn), err)
			}
			if isLinked(aggregator, region) {
				return aws.ToString(aggregator.FindingAggregationRegion), nil
			}
		}
	}
	return region, nil
}

// isLinked reports whether the findings of region are sent to the aggregation's home.
func isLinked(aggregator *securityhub.GetFindingAggregatorOutput, region string) bool {
	named := slices.Contains(aggregator.Regions, region)
	switch aws.ToString(aggregator.RegionLinkingMode) {
	case "ALL_REGIONS":
		return true
	case "ALL_REGIONS_EXCEPT_SPECIFIED":
		return !named
	case "SPECIFIED_REGIONS":
		return named
	default: // NO_REGIONS
		return false
	}
}
