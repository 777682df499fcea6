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
			if isLinked(aws.ToString(aggregator.RegionLinkingMode), aggregator.Regions, region) {
				return aws.ToString(aggregator.FindingAggregationRegion), nil
			}
		}
	}
	return region, nil
}

// findAggregationRegionV2 is findAggregationRegion of the new Security Hub, which aggregates regions on its own.
func findAggregationRegionV2(ctx context.Context, api API, region string) (string, error) {
	pages := securityhub.NewListAggregatorsV2Paginator(api, &securityhub.ListAggregatorsV2Input{MaxResults: aws.Int32(pageSize)},
		func(o *securityhub.ListAggregatorsV2PaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return "", fmt.Errorf("listing aggregators of the new Security Hub: %w", err)
		}
		for _, listed := range page.AggregatorsV2 {
			aggregator, err := api.GetAggregatorV2(ctx, &securityhub.GetAggregatorV2Input{AggregatorV2Arn: listed.AggregatorV2Arn})
			if fault.IsGone(err) {
				continue
			}
			if err != nil {
				return "", fmt.Errorf("getting aggregator %s: %w", aws.ToString(listed.AggregatorV2Arn), err)
			}
			if isLinked(aws.ToString(aggregator.RegionLinkingMode), aggregator.LinkedRegions, region) {
				return aws.ToString(aggregator.AggregationRegion), nil
			}
		}
	}
	return region, nil
}

// isLinked reports whether an aggregation with a linking mode and the regions that it names shows the findings of region.
func isLinked(mode string, regions []string, region string) bool {
	named := slices.Contains(regions, region)
	switch mode {
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
