// Package computeoptimizer collects the recommendations of Compute Optimizer for instances, volumes and functions.
//
//	operations  compute-optimizer GetEnrollmentStatus, then GetEC2InstanceRecommendations,
//	            GetEBSVolumeRecommendations and GetLambdaFunctionRecommendations side by side, all pages
//	scope       region
//	window      none: the recommendations at run time, which are of the last 14 days
//	section     compute_optimizer: instances, volumes, functions
//	paid        no
//	quotas      not published per operation
//	            https://docs.aws.amazon.com/general/latest/gr/compute-optimizer.html
package computeoptimizer

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/computeoptimizer"
	"github.com/aws/aws-sdk-go-v2/service/computeoptimizer/types"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Compute Optimizer client that Collect uses; each method is one IAM action of the role.
type API interface {
	GetEnrollmentStatus(context.Context, *computeoptimizer.GetEnrollmentStatusInput, ...func(*computeoptimizer.Options)) (*computeoptimizer.GetEnrollmentStatusOutput, error)
	GetEC2InstanceRecommendations(context.Context, *computeoptimizer.GetEC2InstanceRecommendationsInput, ...func(*computeoptimizer.Options)) (*computeoptimizer.GetEC2InstanceRecommendationsOutput, error)
	GetEBSVolumeRecommendations(context.Context, *computeoptimizer.GetEBSVolumeRecommendationsInput, ...func(*computeoptimizer.Options)) (*computeoptimizer.GetEBSVolumeRecommendationsOutput, error)
	GetLambdaFunctionRecommendations(context.Context, *computeoptimizer.GetLambdaFunctionRecommendationsInput, ...func(*computeoptimizer.Options)) (*computeoptimizer.GetLambdaFunctionRecommendationsOutput, error)
}

// Collector is the source computeoptimizer.
var Collector = collect.Collector{
	SourceName: "computeoptimizer",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, computeoptimizer.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "compute_optimizer"
	pageSize = 1000
)

type (
	list  = collect.List[snapshot.Recommendation]
	visit = func(snapshot.Recommendation) error
)

// Collect writes a [snapshot.Recommendation] for each resource that Compute Optimizer has analyzed. A kind or a
// resource that cannot be read is a warning; the source fails if no kind can be read. Compute Optimizer does not keep
// recommendations of past dates (D25).
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("recommendations have no history: those of today do not belong under a past date")
		return nil
	}
	enrollment, err := api.GetEnrollmentStatus(ctx, &computeoptimizer.GetEnrollmentStatusInput{})
	if err != nil {
		return fmt.Errorf("reading the enrollment status: %w", err)
	}
	if enrollment.Status != types.StatusActive {
		return fault.New(outcome.NotEnabled, "Compute Optimizer is %s: opt the account in, in the console of Compute Optimizer", enrollment.Status)
	}
	part.DeclareLists(section)
	return collect.AddLists(ctx, part, section, []list{
		{Name: "instance recommendations", Read: func(ctx context.Context, visit visit) error {
			return readInstances(ctx, api, scope.Account, part, visit)
		}},
		{Name: "volume recommendations", Read: func(ctx context.Context, visit visit) error {
			return readVolumes(ctx, api, scope.Account, part, visit)
		}},
		{Name: "function recommendations", Read: func(ctx context.Context, visit visit) error {
			return readFunctions(ctx, api, scope.Account, visit)
		}},
	})
}

func readInstances(ctx context.Context, api API, account string, part *collect.Part, visit visit) error {
	read := func(token *string) (*computeoptimizer.GetEC2InstanceRecommendationsOutput, *string, error) {
		page, err := api.GetEC2InstanceRecommendations(ctx, &computeoptimizer.GetEC2InstanceRecommendationsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextToken, nil
	}
	for page, err := range paging.FollowTokens(read) {
		if err != nil {
			return err
		}
		warnOfErrors(part, page.Errors)
		for _, r := range page.InstanceRecommendations {
			if err := visit(toInstance(account, r)); err != nil {
				return err
			}
		}
	}
	return nil
}

func readVolumes(ctx context.Context, api API, account string, part *collect.Part, visit visit) error {
	read := func(token *string) (*computeoptimizer.GetEBSVolumeRecommendationsOutput, *string, error) {
		page, err := api.GetEBSVolumeRecommendations(ctx, &computeoptimizer.GetEBSVolumeRecommendationsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextToken, nil
	}
	for page, err := range paging.FollowTokens(read) {
		if err != nil {
			return err
		}
		warnOfErrors(part, page.Errors)
		for _, r := range page.VolumeRecommendations {
			if err := visit(toVolume(account, r)); err != nil {
				return err
			}
		}
	}
	return nil
}

// warnOfErrors records a warning for each resource that the service itself could not read.
func warnOfErrors(part *collect.Part, failures []types.GetRecommendationError) {
	for _, f := range failures {
		part.Warn(section, fmt.Errorf("reading the recommendation of %s: %s: %s", aws.ToString(f.Identifier), aws.ToString(f.Code), aws.ToString(f.Message)))
	}
}

func readFunctions(ctx context.Context, api API, account string, visit visit) error {
	pages := computeoptimizer.NewGetLambdaFunctionRecommendationsPaginator(api, &computeoptimizer.GetLambdaFunctionRecommendationsInput{MaxResults: aws.Int32(pageSize)},
		func(o *computeoptimizer.GetLambdaFunctionRecommendationsPaginatorOptions) {
			o.StopOnDuplicateToken = true
		})
	return collect.VisitEach(paging.EachItem(paging.ReadPages(ctx, pages), func(page *computeoptimizer.GetLambdaFunctionRecommendationsOutput) []types.LambdaFunctionRecommendation {
		return page.LambdaFunctionRecommendations
	}),
		func(r types.LambdaFunctionRecommendation) snapshot.Recommendation { return toFunction(account, r) }, visit)
}
