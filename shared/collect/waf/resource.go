package waf

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cloudfronttypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"view360/shared/paging"
)

// listResources returns the ARNs of the protected resources. With an error it returns those that could be read.
func (r reader) listResources(ctx context.Context, summary types.WebACLSummary) ([]string, error) {
	if r.distributions == nil {
		kinds := slices.DeleteFunc(types.ResourceType("").Values(), isGlobal)
		return r.listResourcesOf(ctx, summary, kinds)
	}
	distributions, err := r.listDistributions(ctx, summary)
	apps, appsErr := r.listResourcesOf(ctx, summary, []types.ResourceType{types.ResourceTypeAmplify})
	return append(distributions, apps...), errors.Join(err, appsErr)
}

// isGlobal reports whether web ACLs of the scope CLOUDFRONT protect the resources: Amplify serves its apps with CloudFront.
// Source: ListResourcesForWebACL in the WAF API reference.
func isGlobal(kind types.ResourceType) bool { return kind == types.ResourceTypeAmplify }

func (r reader) listResourcesOf(ctx context.Context, summary types.WebACLSummary, kinds []types.ResourceType) ([]string, error) {
	var arns []string
	var failures []error
	for _, kind := range kinds {
		got, err := r.api.ListResourcesForWebACL(ctx, &wafv2.ListResourcesForWebACLInput{WebACLArn: summary.ARN, ResourceType: kind})
		var unknown *types.WAFInvalidParameterException
		switch {
		case errors.As(err, &unknown): // a region without such resources does not know their type
		case err != nil:
			failures = append(failures, err)
		default:
			arns = append(arns, got.ResourceArns...)
		}
	}
	return arns, errors.Join(failures...)
}

// listDistributions reads the associations from CloudFront, because WAF does not have them (D50).
func (r reader) listDistributions(ctx context.Context, summary types.WebACLSummary) ([]string, error) {
	read := func(marker *string) (*cloudfronttypes.DistributionList, *string, error) {
		page, err := r.distributions.ListDistributionsByWebACLId(ctx, &cloudfront.ListDistributionsByWebACLIdInput{
			WebACLId: summary.ARN, MaxItems: aws.Int32(pageSize), Marker: marker,
		})
		if err != nil {
			return nil, nil, err
		}
		list := page.DistributionList
		switch {
		case list == nil:
			return nil, nil, errors.New("the answer has no list")
		case aws.ToBool(list.IsTruncated):
			return list, list.NextMarker, nil
		default:
			return list, nil, nil
		}
	}
	var arns []string
	for distribution, err := range paging.EachItem(paging.FollowTokens(read), func(list *cloudfronttypes.DistributionList) []cloudfronttypes.DistributionSummary { return list.Items }) {
		if err != nil {
			return arns, err
		}
		arns = append(arns, aws.ToString(distribution.ARN))
	}
	return arns, nil
}
