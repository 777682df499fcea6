// Package inspector collects the Inspector findings of a region that changed in the window, closed and suppressed ones
// included, so that a reader sees them end.
//
//	operations  inspector2 ListFindings (all pages); of the present, BatchGetAccountStatus
//	scope       region
//	window      updatedAt in [start, end), UTC
//	section     security.inspector
//	paid        no
//	quotas      not published per operation
//	            https://docs.aws.amazon.com/inspector/latest/user/quotas.html
package inspector

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	smithy "github.com/aws/smithy-go"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Inspector client that Collect uses; each method is one IAM action of the role.
type API interface {
	BatchGetAccountStatus(context.Context, *inspector2.BatchGetAccountStatusInput, ...func(*inspector2.Options)) (*inspector2.BatchGetAccountStatusOutput, error)
	ListFindings(context.Context, *inspector2.ListFindingsInput, ...func(*inspector2.Options)) (*inspector2.ListFindingsOutput, error)
}

// Collector is the source inspector.
var Collector = collect.Collector{
	SourceName: "inspector",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, inspector2.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "security.inspector"
	pageSize = 100
)

// Collect writes a [snapshot.InspectorFinding] for each finding of the account that changed in the window, in the order
// of ListFindings. A region where Inspector is off is outcome.NotEnabled; kinds of resources that it does not scan are a
// warning.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	pages := inspector2.NewListFindingsPaginator(api, changedInput(scope), func(o *inspector2.ListFindingsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if isOff(err) {
			return fault.New(outcome.NotEnabled, "Inspector is off in %s: activate Inspector to collect its findings", scope.Region)
		}
		if err != nil {
			return fmt.Errorf("listing findings: %w", err)
		}
		for _, finding := range page.Findings {
			if !scope.Window.Contains(aws.ToTime(finding.UpdatedAt)) {
				continue // the filter includes its end, the window does not (D21)
			}
			if err := part.Add(section, toFinding(finding)); err != nil {
				return err
			}
		}
	}
	if scope.History {
		return nil
	}
	return reportUnscanned(ctx, api, scope, part)
}

// reportUnscanned warns of kinds of resources that Inspector does not scan: no finding of theirs says nothing.
func reportUnscanned(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	got, err := api.BatchGetAccountStatus(ctx, &inspector2.BatchGetAccountStatusInput{AccountIds: []string{scope.Account}})
	if err != nil {
		return collect.Tolerate(ctx, part, section, fmt.Errorf("reading what Inspector scans: %w", err))
	}
	for _, account := range got.Accounts {
		if off := listOff(account.ResourceState); len(off) > 0 {
			part.Warn(section, fault.New(outcome.NotEnabled, "Inspector does not scan %s in %s: activate it to collect their findings", strings.Join(off, ", "), scope.Region))
		}
	}
	return nil
}

func listOff(states *types.ResourceState) (off []string) {
	if states == nil {
		return nil
	}
	for _, kind := range []struct {
		name  string
		state *types.State
	}{{"EC2 instances", states.Ec2}, {"ECR images", states.Ecr}, {"Lambda functions", states.Lambda}, {"Lambda code", states.LambdaCode}} {
		if kind.state != nil && (kind.state.Status == types.StatusDisabled || kind.state.Status == types.StatusSuspended) {
			off = append(off, kind.name)
		}
	}
	return off
}

// changedInput selects by time and account: a delegated administrator also sees its members' findings, which their own
// snapshots have (D46).
func changedInput(scope collect.Scope) *inspector2.ListFindingsInput {
	return &inspector2.ListFindingsInput{
		MaxResults: aws.Int32(pageSize),
		FilterCriteria: &types.FilterCriteria{
			AwsAccountId: []types.StringFilter{{Comparison: types.StringComparisonEquals, Value: aws.String(scope.Account)}},
			UpdatedAt:    []types.DateFilter{{StartInclusive: &scope.Window.Start, EndInclusive: &scope.Window.End}},
		},
	}
}

// isOff reports whether err says that Inspector is off in the region. A missing permission has the same code, but
// names the action.
func isOff(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException" &&
		strings.Contains(api.ErrorMessage(), "Invoking account does not have access")
}

func toFinding(f types.Finding) snapshot.InspectorFinding {
	found := snapshot.InspectorFinding{
		FindingARN: f.FindingArn, Severity: snapshot.Text(f.Severity), Status: snapshot.Text(f.Status), Type: snapshot.Text(f.Type),
		Title: f.Title, Description: f.Description, FirstObservedAt: snapshot.TimeOf(f.FirstObservedAt),
		LastObservedAt: snapshot.TimeOf(f.LastObservedAt), UpdatedAt: snapshot.TimeOf(f.UpdatedAt),
		ExploitAvailable: snapshot.Text(f.ExploitAvailable), FixAvailable: snapshot.Text(f.FixAvailable),
	}
	if f.Epss != nil {
		found.EPSS = &f.Epss.Score
	}
	return found
}
