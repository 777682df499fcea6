// Package guardduty collects the GuardDuty findings of a region that changed in the window, archived ones included, so
// that a reader sees them close, and all that are not archived now.
//
//	operations  guardduty ListDetectors, GetDetector, ListFindings (all pages), GetFindings (50 at a time, side by side)
//	scope       region
//	window      updatedAt in [start, end), UTC; of the present, also what is not archived
//	section     security.guard_duty
//	paid        no
//	quotas      not published per operation
//	            https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_limits.html
package guardduty

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the GuardDuty client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListDetectors(context.Context, *guardduty.ListDetectorsInput, ...func(*guardduty.Options)) (*guardduty.ListDetectorsOutput, error)
	GetDetector(context.Context, *guardduty.GetDetectorInput, ...func(*guardduty.Options)) (*guardduty.GetDetectorOutput, error)
	ListFindings(context.Context, *guardduty.ListFindingsInput, ...func(*guardduty.Options)) (*guardduty.ListFindingsOutput, error)
	GetFindings(context.Context, *guardduty.GetFindingsInput, ...func(*guardduty.Options)) (*guardduty.GetFindingsOutput, error)
}

// Collector is the source guardduty.
var Collector = collect.Collector{
	SourceName: "guardduty",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, guardduty.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "security.guard_duty"
	atOnce   = 5
	pageSize = 50 // the most that ListFindings lists and GetFindings takes
)

// Collect writes a [snapshot.GuardDutyFinding] for each finding of the account that changed in the window, then for the
// others that are not archived, in the order of ListFindings. A region without a detector, or with a suspended one, is outcome.NotEnabled.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	detectors, err := listDetectors(ctx, api)
	if err != nil {
		return err
	}
	if len(detectors) == 0 {
		return fault.New(outcome.NotEnabled, "GuardDuty has no detector in %s: enable GuardDuty to collect its findings", scope.Region)
	}
	if err := requireActive(ctx, api, detectors[0], scope, part); err != nil {
		return err
	}
	part.DeclareLists(section)
	if !scope.History {
		part.DeclareAllOpen(section)
	}
	for _, detector := range detectors {
		for _, criteria := range listCriteria(scope) {
			if err := addFindings(ctx, api, detector, criteria, part); err != nil && !isGone(err) {
				return fmt.Errorf("collecting the findings of detector %s: %w", detector, err)
			}
		}
	}
	return nil
}

// requireActive returns outcome.NotEnabled for a suspended detector: it keeps its old findings and makes none. A role
// that may not read the status is a warning. A past date may have findings of its own.
func requireActive(ctx context.Context, api API, detector string, scope collect.Scope, part *collect.Part) error {
	found, err := api.GetDetector(ctx, &guardduty.GetDetectorInput{DetectorId: &detector})
	switch {
	case isGone(err):
		return nil
	case err != nil:
		return collect.Tolerate(ctx, part, section, fmt.Errorf("getting detector %s: %w", detector, err))
	case found.Status == types.DetectorStatusDisabled && !scope.History:
		return fault.New(outcome.NotEnabled, "GuardDuty is suspended in %s and finds nothing: resume it to collect its findings", scope.Region)
	default:
		return nil
	}
}

// isGone reports whether a detector was deleted after it was listed. GuardDuty has no error code of its own for it.
func isGone(err error) bool {
	var bad *types.BadRequestException
	return errors.As(err, &bad) && strings.Contains(bad.ErrorMessage(), "detectorId is not owned by the current account")
}

func listDetectors(ctx context.Context, api API) ([]string, error) {
	pages := guardduty.NewListDetectorsPaginator(api, &guardduty.ListDetectorsInput{MaxResults: aws.Int32(pageSize)},
		func(o *guardduty.ListDetectorsPaginatorOptions) { o.StopOnDuplicateToken = true })
	var detectors []string
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("listing detectors: %w", err)
		}
		detectors = append(detectors, page.DetectorIds...)
	}
	return detectors, nil
}

// addFindings reads the ids page by page, and the findings of several pages at once.
func addFindings(ctx context.Context, api API, detector string, criteria map[string]types.Condition, part *collect.Part) error {
	return collect.FetchInOrder(ctx, atOnce, listFindingIDs(ctx, api, detector, criteria),
		func(ctx context.Context, ids []string) ([]types.Finding, error) {
			got, err := api.GetFindings(ctx, &guardduty.GetFindingsInput{DetectorId: &detector, FindingIds: ids})
			if err != nil {
				return nil, fmt.Errorf("getting %d findings: %w", len(ids), err)
			}
			return sortByID(ids, got.Findings), nil
		},
		func(found []types.Finding) error {
			for _, f := range found {
				if err := part.Add(section, toFinding(f)); err != nil {
					return err
				}
			}
			return nil
		})
}

// listCriteria returns the criteria of the account's own findings that changed in the window, archived ones included (D45),
// and, of the present, those of the others that are not archived: archiving a finding does not change its time of update.
func listCriteria(scope collect.Scope) []map[string]types.Condition {
	start, end := aws.Int64(scope.Window.Start.UnixMilli()), aws.Int64(scope.Window.End.UnixMilli())
	own := types.Condition{Equals: []string{scope.Account}}
	criteria := []map[string]types.Condition{{"accountId": own, "updatedAt": {GreaterThanOrEqual: start, LessThan: end}}}
	if scope.History {
		return criteria
	}
	open := types.Condition{Equals: []string{"false"}}
	return append(criteria,
		map[string]types.Condition{"accountId": own, "service.archived": open, "updatedAt": {LessThan: start}},
		map[string]types.Condition{"accountId": own, "service.archived": open, "updatedAt": {GreaterThanOrEqual: end}})
}

// listFindingIDs returns the ids of findings, a page at a time.
func listFindingIDs(ctx context.Context, api API, detector string, criteria map[string]types.Condition) iter.Seq2[[]string, error] {
	pages := guardduty.NewListFindingsPaginator(api, &guardduty.ListFindingsInput{
		DetectorId: &detector, MaxResults: aws.Int32(pageSize),
		FindingCriteria: &types.FindingCriteria{Criterion: criteria},
		SortCriteria:    &types.SortCriteria{AttributeName: aws.String("updatedAt"), OrderBy: types.OrderByAsc},
	}, func(o *guardduty.ListFindingsPaginatorOptions) { o.StopOnDuplicateToken = true })
	return func(yield func([]string, error) bool) {
		for page, err := range paging.ReadPages(ctx, pages) {
			if err != nil {
				yield(nil, fmt.Errorf("listing findings: %w", err))
				return
			}
			if len(page.FindingIds) > 0 && !yield(page.FindingIds, nil) {
				return
			}
		}
	}
}

// sortByID sorts findings in the order of the ids; GetFindings has another order.
func sortByID(ids []string, found []types.Finding) []types.Finding {
	slices.SortStableFunc(found, func(a, b types.Finding) int {
		return slices.Index(ids, aws.ToString(a.Id)) - slices.Index(ids, aws.ToString(b.Id))
	})
	return found
}

// labelSeverity returns the label that the console shows for a severity.
// Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
func labelSeverity(severity *float64) *string {
	if severity == nil {
		return nil
	}
	for _, level := range []struct {
		from  float64
		label string
	}{{9, "Critical"}, {7, "High"}, {4, "Medium"}} {
		if *severity >= level.from {
			return &level.label
		}
	}
	return aws.String("Low")
}

func toFinding(f types.Finding) snapshot.GuardDutyFinding {
	return snapshot.GuardDutyFinding{
		ID: f.Id, Type: f.Type, Severity: f.Severity, SeverityLabel: labelSeverity(f.Severity), Title: f.Title, Description: f.Description,
		CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt, Confidence: f.Confidence, Region: f.Region,
		Archived: f.Service != nil && aws.ToBool(f.Service.Archived),
	}
}
