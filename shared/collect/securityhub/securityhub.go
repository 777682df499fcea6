// Package securityhub collects the Security Hub findings that changed in the window, of every workflow and record
// state, so that a reader sees them resolved and archived, and all that are open now. Where the account aggregates its regions, the home region of
// the aggregation answers for the regions that are linked to it.
//
// Where Security Hub CSPM is off and the new Security Hub is on, its findings are collected in the same way.
//
//	operations  securityhub ListFindingAggregators, GetFindingAggregator, GetFindings (all pages); without CSPM
//	            DescribeSecurityHubV2, ListAggregatorsV2, GetAggregatorV2, GetFindingsV2 (all pages)
//	scope       region
//	window      UpdatedAt in [start, end), UTC, which the counts are of; severities CRITICAL, HIGH, MEDIUM and LOW. Of the
//	            present, also what is active, and new or notified: its workflow changes without a new UpdatedAt
//	section     security.security_hub
//	paid        no
//	quotas      GetFindings 3 requests per second with a burst of 6, the others 10 with a burst of 30
//	            https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html
package securityhub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	smithy "github.com/aws/smithy-go"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Security Hub client that Collect uses; each method is one IAM action of the role, and GetFindingsV2
// that of GetFindings.
type API interface {
	ListFindingAggregators(context.Context, *securityhub.ListFindingAggregatorsInput, ...func(*securityhub.Options)) (*securityhub.ListFindingAggregatorsOutput, error)
	GetFindingAggregator(context.Context, *securityhub.GetFindingAggregatorInput, ...func(*securityhub.Options)) (*securityhub.GetFindingAggregatorOutput, error)
	GetFindings(context.Context, *securityhub.GetFindingsInput, ...func(*securityhub.Options)) (*securityhub.GetFindingsOutput, error)
	DescribeSecurityHubV2(context.Context, *securityhub.DescribeSecurityHubV2Input, ...func(*securityhub.Options)) (*securityhub.DescribeSecurityHubV2Output, error)
	ListAggregatorsV2(context.Context, *securityhub.ListAggregatorsV2Input, ...func(*securityhub.Options)) (*securityhub.ListAggregatorsV2Output, error)
	GetAggregatorV2(context.Context, *securityhub.GetAggregatorV2Input, ...func(*securityhub.Options)) (*securityhub.GetAggregatorV2Output, error)
	GetFindingsV2(context.Context, *securityhub.GetFindingsV2Input, ...func(*securityhub.Options)) (*securityhub.GetFindingsV2Output, error)
}

// Collector is the source securityhub.
var Collector = collect.Collector{
	SourceName: "securityhub",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, securityhub.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "security.security_hub"
	pageSize = 100
)

// Collect writes a [snapshot.SecurityHubProduct] for each product with findings, the one with the most first. A region
// that is linked to another one is skipped, unless that one is not collected; a region without Security Hub is outcome.NotEnabled.
// Security Hub CSPM is read if it is on, else the new Security Hub: never both, so that no finding counts twice.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	home, err := findAggregationRegion(ctx, api, scope.Region)
	if isNotSubscribed(err) {
		return collectV2(ctx, api, scope, part)
	}
	if err != nil {
		return err
	}
	if leaveToHome(scope, home, part) {
		return nil
	}
	found := newProducts(part)
	err = visitFindings(ctx, api, changedFilters(scope), func(f types.AwsSecurityFinding) error {
		if !isInWindow(f.UpdatedAt, scope) {
			return nil
		}
		return found.addChanged(toFinding(f))
	})
	if err == nil && !scope.History {
		part.DeclareAllOpen(section)
		err = visitFindings(ctx, api, openFilters(scope), func(f types.AwsSecurityFinding) error {
			if isInWindow(f.UpdatedAt, scope) {
				return nil
			}
			return found.addOpen(toFinding(f))
		})
	}
	if isNotSubscribed(err) {
		return newNotEnabled(scope.Region)
	}
	if err != nil {
		return err
	}
	return found.compose()
}

// leaveToHome reports whether the snapshot of the aggregation's home has the findings of the region. A home that is not
// collected leaves them here.
func leaveToHome(scope collect.Scope, home string, part *collect.Part) bool {
	if home == scope.Region {
		return false
	}
	if !isCovered(scope, home) {
		part.Note(section, fmt.Sprintf("Security Hub sends the findings of %s to %s, which is not collected: they are read in %s", scope.Region, home, scope.Region))
		return false
	}
	part.Skip(fmt.Sprintf("Security Hub sends the findings of %s to %s, whose snapshot has them", scope.Region, home))
	return true
}

// isCovered reports whether a region is collected.
func isCovered(scope collect.Scope, region string) bool {
	return len(scope.Covered) == 0 || slices.Contains(scope.Covered, region)
}

func visitFindings(ctx context.Context, api API, filters *types.AwsSecurityFindingFilters, visit func(types.AwsSecurityFinding) error) error {
	pages := securityhub.NewGetFindingsPaginator(api, &securityhub.GetFindingsInput{MaxResults: aws.Int32(pageSize), Filters: filters},
		func(o *securityhub.GetFindingsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("getting findings: %w", err)
		}
		for _, f := range page.Findings {
			if err := visit(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// changedFilters selects by the last update alone: a finding may change and stay new, and resolved or archived findings
// are reported too (D20, D47). A delegated administrator also sees its members' findings, which their own snapshots
// have.
func changedFilters(scope collect.Scope) *types.AwsSecurityFindingFilters {
	filters := accountFilters(scope)
	filters.UpdatedAt = []types.DateFilter{{
		Start: aws.String(scope.Window.Start.UTC().Format(time.RFC3339)), End: aws.String(scope.Window.End.UTC().Format(time.RFC3339)),
	}}
	return filters
}

// openFilters selects all that is open now. Changing the workflow status or a note of a finding does not change its time of
// update, and products import findings with times in the past: the window alone would never show either.
// Source: BatchUpdateFindings in the Security Hub API reference.
func openFilters(scope collect.Scope) *types.AwsSecurityFindingFilters {
	filters := accountFilters(scope)
	filters.RecordState = toEqualsFilters(types.RecordStateActive)
	filters.WorkflowStatus = toEqualsFilters(types.WorkflowStatusNew, types.WorkflowStatusNotified)
	return filters
}

func accountFilters(scope collect.Scope) *types.AwsSecurityFindingFilters {
	return &types.AwsSecurityFindingFilters{
		AwsAccountId:  toEqualsFilters(scope.Account),
		SeverityLabel: toEqualsFilters(types.SeverityLabelCritical, types.SeverityLabelHigh, types.SeverityLabelMedium, types.SeverityLabelLow),
	}
}

func toEqualsFilters[T ~string](values ...T) []types.StringFilter {
	filters := make([]types.StringFilter, len(values))
	for i, value := range values {
		filters[i] = types.StringFilter{Comparison: types.StringFilterComparisonEquals, Value: aws.String(string(value))}
	}
	return filters
}

// isInWindow excludes a finding that changed exactly at the end of the window, which the filter includes (D21). It
// includes a finding whose time cannot be read.
func isInWindow(updatedAt *string, scope collect.Scope) bool {
	updated, _, err := snapshot.ParseTime(aws.ToString(updatedAt))
	return err != nil || scope.Window.Contains(updated)
}

// isNotSubscribed reports whether Security Hub CSPM is off, by the error code that only this service uses.
func isNotSubscribed(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "InvalidAccessException"
}
