// Package resiliencehub collects the applications of Resilience Hub with their latest assessment.
//
//	operations  resiliencehub ListApps (all pages); for each application, side by side, ListAppAssessments (up to the
//	            latest successful one), and where its objectives are unknown DescribeApp and DescribeResiliencyPolicy
//	scope       region
//	window      none: state at run time
//	section     resilience_hub, in the order of ListApps
//	paid        no
//	quotas      not published; 10 requests per second with retries stays clear of throttling
//	            https://docs.aws.amazon.com/general/latest/gr/resiliencehub.html
package resiliencehub

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resiliencehub"
	"github.com/aws/aws-sdk-go-v2/service/resiliencehub/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Resilience Hub client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListApps(context.Context, *resiliencehub.ListAppsInput, ...func(*resiliencehub.Options)) (*resiliencehub.ListAppsOutput, error)
	ListAppAssessments(context.Context, *resiliencehub.ListAppAssessmentsInput, ...func(*resiliencehub.Options)) (*resiliencehub.ListAppAssessmentsOutput, error)
	DescribeApp(context.Context, *resiliencehub.DescribeAppInput, ...func(*resiliencehub.Options)) (*resiliencehub.DescribeAppOutput, error)
	DescribeResiliencyPolicy(context.Context, *resiliencehub.DescribeResiliencyPolicyInput, ...func(*resiliencehub.Options)) (*resiliencehub.DescribeResiliencyPolicyOutput, error)
}

// Collector is the catalogue's resiliencehub.
var Collector = collect.Collector{
	Source: "resiliencehub",
	Rate:   collect.Rate{PerSecond: 10, Burst: 10},
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, resiliencehub.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "resilience_hub"
	pageSize = 100
	atOnce   = 5
)

// Collect writes a [snapshot.ResilienceApp] for each application, whenever it was created. What cannot be read of one
// application is a warning; its other members are written all the same.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("applications have no history: their state of today does not belong under a past date")
		return nil
	}
	part.DeclareLists(section)
	pages := resiliencehub.NewListAppsPaginator(api, &resiliencehub.ListAppsInput{MaxResults: aws.Int32(pageSize)},
		func(o *resiliencehub.ListAppsPaginatorOptions) { o.StopOnDuplicateToken = true })
	apps := paging.EachItem(paging.ReadPages(ctx, pages), func(page *resiliencehub.ListAppsOutput) []types.AppSummary { return page.AppSummaries })
	err := collect.InOrder(ctx, atOnce, apps,
		func(ctx context.Context, listed types.AppSummary) (snapshot.ResilienceApp, error) {
			return complete(ctx, api, listed, part)
		},
		func(app snapshot.ResilienceApp) error { return part.Add(section, app) })
	if err != nil {
		return fmt.Errorf("listing applications: %w", err)
	}
	return nil
}

// complete adds to a listed application what the list lacks.
func complete(ctx context.Context, api API, listed types.AppSummary, part *collect.Part) (snapshot.ResilienceApp, error) {
	app := toApp(listed)
	if listed.LastAppComplianceEvaluationTime != nil {
		amount, err := cost(ctx, api, app.AppARN)
		if err != nil {
			part.Warn(section, fmt.Errorf("listing the assessments of %s: %w", aws.ToString(app.Name), err))
		}
		app.Cost = amount
	}
	if app.RPO == nil || app.RTO == nil {
		target, err := objectives(ctx, api, app.AppARN)
		if err != nil {
			part.Warn(section, fmt.Errorf("asking for the objectives of %s: %w", aws.ToString(app.Name), err))
		}
		if target != nil {
			app.RPO, app.RTO = aws.Int32(target.RpoInSecs), aws.Int32(target.RtoInSecs)
		}
	}
	return app, ctx.Err() // what ends the whole run is no warning
}

// cost is the amount of the latest successful assessment, nil where none has one.
func cost(ctx context.Context, api API, app string) (*float64, error) {
	pages := resiliencehub.NewListAppAssessmentsPaginator(api, &resiliencehub.ListAppAssessmentsInput{
		AppArn: &app, AssessmentStatus: []types.AssessmentStatus{types.AssessmentStatusSuccess}, ReverseOrder: aws.Bool(true),
		MaxResults: aws.Int32(1),
	}, func(o *resiliencehub.ListAppAssessmentsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, err
		}
		for _, assessment := range page.AssessmentSummaries {
			if assessment.Cost == nil {
				return nil, nil
			}
			return &assessment.Cost.Amount, nil
		}
	}
	return nil, nil
}

// objectives are those of the application's policy for the loss of an availability zone, nil without a policy.
func objectives(ctx context.Context, api API, app string) (*types.FailurePolicy, error) {
	described, err := api.DescribeApp(ctx, &resiliencehub.DescribeAppInput{AppArn: &app})
	if err != nil || described.App == nil || described.App.PolicyArn == nil {
		return nil, err
	}
	got, err := api.DescribeResiliencyPolicy(ctx, &resiliencehub.DescribeResiliencyPolicyInput{PolicyArn: described.App.PolicyArn})
	if err != nil || got.Policy == nil {
		return nil, err
	}
	target, has := got.Policy.Policy[string(types.DisruptionTypeAz)]
	if !has {
		return nil, nil
	}
	return &target, nil
}

func toApp(a types.AppSummary) snapshot.ResilienceApp {
	app := snapshot.ResilienceApp{
		AppARN: aws.ToString(a.AppArn), Name: a.Name, Description: a.Description, CreationTime: snapshot.TimeOf(a.CreationTime),
		LastAssessmentTime: snapshot.TimeOf(a.LastAppComplianceEvaluationTime), ComplianceStatus: snapshot.Text(a.ComplianceStatus),
		Status: snapshot.Text(a.Status), RPO: a.RpoInSecs, RTO: a.RtoInSecs,
	}
	if a.LastAppComplianceEvaluationTime != nil {
		app.ResiliencyScore = &a.ResiliencyScore // the API's 0 means nothing before the first assessment
	}
	return app
}
