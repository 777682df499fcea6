// Package resiliencehub collects the applications of Resilience Hub with their latest assessment.
//
//	operations  resiliencehub ListApps (all pages); for each application, side by side, ListAppAssessments (up to the
//	            latest successful one), and where its objectives are unknown DescribeApp and DescribeResiliencyPolicy
//	scope       region
//	window      none: state at run time
//	section     resilience_hub, in the order of ListApps
//	paid        no
//	quotas      not published
//	            https://docs.aws.amazon.com/general/latest/gr/resiliencehub.html
package resiliencehub

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resiliencehub"
	"github.com/aws/aws-sdk-go-v2/service/resiliencehub/types"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
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

// Collector is the source resiliencehub.
var Collector = collect.Collector{
	SourceName: "resiliencehub",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, resiliencehub.NewFromConfig(cfg), scope, part)
	},
}

const (
	section        = "resilience_hub"
	pageSize       = 100
	assessmentPage = 10 // the newest one that succeeded is among the first
	atOnce         = 5
)

// Collect writes a [snapshot.ResilienceApp] for each application of any age. An assessment or policy that cannot be
// read is a warning, and its members stay null.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("applications have no history: their state of today does not belong under a past date")
		return nil
	}
	part.DeclareLists(section)
	pages := resiliencehub.NewListAppsPaginator(api, &resiliencehub.ListAppsInput{MaxResults: aws.Int32(pageSize)},
		func(o *resiliencehub.ListAppsPaginatorOptions) { o.StopOnDuplicateToken = true })
	apps := paging.EachItem(paging.ReadPages(ctx, pages), func(page *resiliencehub.ListAppsOutput) []types.AppSummary { return page.AppSummaries })
	err := collect.FetchInOrder(ctx, atOnce, apps,
		func(ctx context.Context, listed types.AppSummary) (snapshot.ResilienceApp, error) {
			return completeApp(ctx, api, listed, part)
		},
		func(app snapshot.ResilienceApp) error { return part.Add(section, app) })
	if err != nil {
		return fmt.Errorf("listing applications: %w", err)
	}
	return nil
}

// completeApp returns a listed application with the members that the list lacks.
func completeApp(ctx context.Context, api API, listed types.AppSummary, part *collect.Part) (snapshot.ResilienceApp, error) {
	app := toApp(listed)
	if listed.LastAppComplianceEvaluationTime != nil || listed.ComplianceStatus != types.AppComplianceStatusTypeNotAssessed {
		amount, failed, err := readCost(ctx, api, app.AppARN)
		if failed != nil {
			part.Warn(section, fmt.Errorf("application %s: %w", aws.ToString(app.Name), failed))
		}
		if err != nil {
			part.Warn(section, fmt.Errorf("listing the assessments of %s: %w", aws.ToString(app.Name), err))
		}
		app.Cost = amount
	}
	if app.RPO == nil || app.RTO == nil {
		target, err := readObjectives(ctx, api, app.AppARN)
		if err != nil {
			part.Warn(section, fmt.Errorf("reading the objectives of %s: %w", aws.ToString(app.Name), err))
		}
		if target != nil {
			app.RPO, app.RTO = aws.Int32(target.RpoInSecs), aws.Int32(target.RtoInSecs)
		}
	}
	return app, ctx.Err() // the end of the run is not a warning
}

// readCost returns the amount of the latest successful assessment, or nil, and why a later one failed.
func readCost(ctx context.Context, api API, app string) (amount *float64, failed error, err error) {
	pages := resiliencehub.NewListAppAssessmentsPaginator(api, &resiliencehub.ListAppAssessmentsInput{
		AppArn: &app, ReverseOrder: aws.Bool(true),
		MaxResults: aws.Int32(assessmentPage),
	}, func(o *resiliencehub.ListAppAssessmentsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, failed, err
		}
		for _, assessment := range page.AssessmentSummaries {
			switch {
			case assessment.AssessmentStatus == types.AssessmentStatusSuccess && assessment.Cost == nil:
				return nil, failed, nil
			case assessment.AssessmentStatus == types.AssessmentStatusSuccess:
				return &assessment.Cost.Amount, failed, nil
			case assessment.AssessmentStatus == types.AssessmentStatusFailed && failed == nil:
				failed = fault.New(outcome.NotAvailable, "the last assessment failed, so that the compliance is that of an earlier one: %s; correct the application in Resilience Hub and assess it again",
					cmp.Or(aws.ToString(assessment.Message), "Resilience Hub says no reason"))
			}
		}
	}
	return nil, failed, nil
}

// readObjectives returns the policy's objectives for the loss of an availability zone, nil without a policy.
func readObjectives(ctx context.Context, api API, app string) (*types.FailurePolicy, error) {
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
