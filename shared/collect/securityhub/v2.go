package securityhub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/document"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	smithy "github.com/aws/smithy-go"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// collectV2 collects from the new Security Hub, whose operations end with V2, what Collect does from Security Hub CSPM. It
// is called only where CSPM is off: both show the findings of the same products.
func collectV2(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if _, err := api.DescribeSecurityHubV2(ctx, &securityhub.DescribeSecurityHubV2Input{}); err != nil {
		return explainV2NotEnabled(err, scope.Region)
	}
	home, err := findAggregationRegionV2(ctx, api, scope.Region)
	if err != nil {
		return err
	}
	if leaveToHome(scope, home, part) {
		return nil
	}
	part.Note(section, fmt.Sprintf("Security Hub CSPM is off in %s: the findings are those of the new Security Hub", scope.Region))
	found := newProducts(part)
	err = visitFindingsV2(ctx, api, changedFiltersV2(scope), func(f ocsfFinding) error {
		if finding := f.toFinding(); isInWindow(finding.UpdatedAt, scope) {
			return found.addChanged(finding)
		}
		return nil
	})
	if err == nil && !scope.History {
		part.DeclareAllOpen(section)
		err = visitFindingsV2(ctx, api, openFiltersV2(scope), func(f ocsfFinding) error {
			if finding := f.toFinding(); !isInWindow(finding.UpdatedAt, scope) && !f.isArchived() {
				return found.addOpen(finding)
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	return found.compose()
}

// explainV2NotEnabled returns outcome.NotEnabled for a region without either Security Hub, and other errors unchanged.
// Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeSecurityHubV2.html
func explainV2NotEnabled(err error, region string) error {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ResourceNotFoundException" {
		return newNotEnabled(region)
	}
	return fmt.Errorf("describing the new Security Hub: %w", err)
}

func newNotEnabled(region string) error {
	return fault.New(outcome.NotEnabled, "Security Hub is off in %s: enable Security Hub to collect its findings", region)
}

func visitFindingsV2(ctx context.Context, api API, filters *types.OcsfFindingFilters, visit func(ocsfFinding) error) error {
	pages := securityhub.NewGetFindingsV2Paginator(api, &securityhub.GetFindingsV2Input{MaxResults: aws.Int32(pageSize), Filters: filters},
		func(o *securityhub.GetFindingsV2PaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("getting findings of the new Security Hub: %w", err)
		}
		for _, listed := range page.Findings {
			f, err := decodeFinding(listed)
			if err != nil {
				return err
			}
			if err := visit(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// changedFiltersV2 selects by the last change alone, as changedFilters does.
func changedFiltersV2(scope collect.Scope) *types.OcsfFindingFilters {
	filters := accountFiltersV2(scope)
	filters.CompositeFilters[0].DateFilters = []types.OcsfDateFilter{{
		FieldName: types.OcsfDateFieldFindingInfoModifiedTimeDt,
		Filter: &types.DateFilter{
			Start: aws.String(scope.Window.Start.UTC().Format(time.RFC3339)), End: aws.String(scope.Window.End.UTC().Format(time.RFC3339)),
		},
	}}
	return filters
}

// openFiltersV2 selects what is new or in progress now.
func openFiltersV2(scope collect.Scope) *types.OcsfFindingFilters {
	filters := accountFiltersV2(scope)
	filters.CompositeFilters = append(filters.CompositeFilters, toNumberFilters(types.OcsfNumberFieldStatusId, statusNew, statusInProgress))
	return filters
}

// accountFiltersV2 selects one account, because a delegated administrator sees those of the whole organization, and the
// severities from low to fatal.
func accountFiltersV2(scope collect.Scope) *types.OcsfFindingFilters {
	account := types.OcsfStringFilter{
		FieldName: types.OcsfStringFieldCloudAccountUid,
		Filter:    &types.StringFilter{Comparison: types.StringFilterComparisonEquals, Value: aws.String(scope.Account)},
	}
	return &types.OcsfFindingFilters{
		CompositeOperator: types.AllowedOperatorsAnd,
		CompositeFilters: []types.CompositeFilter{
			{Operator: types.AllowedOperatorsAnd, StringFilters: []types.OcsfStringFilter{account}},
			toNumberFilters(types.OcsfNumberFieldSeverityId, severityLow, severityMedium, severityHigh, severityCritical, severityFatal),
		},
	}
}

// toNumberFilters selects findings with one of the values.
func toNumberFilters(field types.OcsfNumberField, values ...int) types.CompositeFilter {
	filters := types.CompositeFilter{Operator: types.AllowedOperatorsOr}
	for _, value := range values {
		filters.NumberFilters = append(filters.NumberFilters, types.OcsfNumberFilter{
			FieldName: field, Filter: &types.NumberFilter{Eq: aws.Float64(float64(value))},
		})
	}
	return filters
}

// The ids of OCSF that select or change a finding's column.
// Source: https://schema.ocsf.io/classes/compliance_finding
const (
	activityClose = 3

	severityInformational = 1
	severityLow           = 2
	severityMedium        = 3
	severityHigh          = 4
	severityCritical      = 5
	severityFatal         = 6

	statusNew        = 1
	statusInProgress = 2
	statusSuppressed = 3
	statusResolved   = 4
	statusArchived   = 5
	statusDeleted    = 6
)

// severityLabels are the labels of Security Hub CSPM, which has none above critical.
var severityLabels = map[int]types.SeverityLabel{
	severityInformational: types.SeverityLabelInformational, severityLow: types.SeverityLabelLow, severityMedium: types.SeverityLabelMedium,
	severityHigh: types.SeverityLabelHigh, severityCritical: types.SeverityLabelCritical, severityFatal: types.SeverityLabelCritical,
}

// workflowStatuses are the statuses of Security Hub CSPM: a finding that somebody works at is one that somebody was
// notified of. An archived one has none.
var workflowStatuses = map[int]types.WorkflowStatus{
	statusNew: types.WorkflowStatusNew, statusInProgress: types.WorkflowStatusNotified,
	statusSuppressed: types.WorkflowStatusSuppressed, statusResolved: types.WorkflowStatusResolved,
}

// complianceStatuses are those of Security Hub CSPM by the compliance.status_id of OCSF.
var complianceStatuses = map[int]types.ComplianceStatus{
	1: types.ComplianceStatusPassed, 2: types.ComplianceStatusWarning, 3: types.ComplianceStatusFailed,
}

// ocsfFinding is what is read of a finding in the Open Cybersecurity Schema Framework. Numbers of times are milliseconds.
type ocsfFinding struct {
	ActivityID int `json:"activity_id"`
	Cloud      struct {
		Region *string `json:"region"`
	} `json:"cloud"`
	Compliance *struct {
		Control  string `json:"control"`
		StatusID int    `json:"status_id"`
	} `json:"compliance"`
	FindingInfo struct {
		UID            *string `json:"uid"` // the id that the finding has in Security Hub CSPM too
		Title          *string `json:"title"`
		Description    *string `json:"desc"`
		CreatedTime    int64   `json:"created_time"`
		CreatedTimeDt  *string `json:"created_time_dt"`
		ModifiedTime   int64   `json:"modified_time"`
		ModifiedTimeDt *string `json:"modified_time_dt"`
	} `json:"finding_info"`
	Metadata struct {
		Product struct {
			Name       *string `json:"name"`
			UID        *string `json:"uid"`
			VendorName *string `json:"vendor_name"`
			Feature    *struct {
				UID *string `json:"uid"`
			} `json:"feature"`
		} `json:"product"`
	} `json:"metadata"`
	Remediation *struct {
		Description *string `json:"desc"`
	} `json:"remediation"`
	Resources []struct {
		Type *string `json:"type"`
		UID  *string `json:"uid"`
	} `json:"resources"`
	SeverityID int `json:"severity_id"`
	StatusID   int `json:"status_id"`
}

func decodeFinding(listed document.Interface) (ocsfFinding, error) {
	var f ocsfFinding
	text, err := listed.MarshalSmithyDocument()
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		return f, fmt.Errorf("decoding a finding of the new Security Hub: %w", err)
	}
	return f, nil
}

// isArchived reports whether the finding requires no action any more, whatever its status.
func (f ocsfFinding) isArchived() bool {
	return f.ActivityID == activityClose || f.StatusID == statusArchived || f.StatusID == statusDeleted
}

// toFinding returns the finding with the labels of Security Hub CSPM. The type of the resource keeps its own name, such as
// AWS::SQS::Queue, and the ARN of the product has productv2, which marks the row.
func (f ocsfFinding) toFinding() snapshot.SecurityHubFinding {
	product, info := f.Metadata.Product, f.FindingInfo
	finding := snapshot.SecurityHubFinding{
		FindingID: info.UID, Title: info.Title, Description: info.Description, Severity: "UNKNOWN", Status: unsetStatus,
		CreatedAt: toTime(info.CreatedTimeDt, info.CreatedTime), UpdatedAt: toTime(info.ModifiedTimeDt, info.ModifiedTime), Region: f.Cloud.Region,
		RecordState: string(types.RecordStateActive), ProductName: product.Name, CompanyName: product.VendorName, ProductARN: product.UID,
		Generator: aws.ToString(product.Name), Service: product.Name,
	}
	if finding.UpdatedAt == nil { // OCSF requires neither
		finding.UpdatedAt = finding.CreatedAt
	}
	if product.Feature != nil {
		finding.GeneratorID = product.Feature.UID
	}
	if len(f.Resources) > 0 {
		finding.Service, finding.ResourceType, finding.ResourceID = f.Resources[0].Type, f.Resources[0].Type, f.Resources[0].UID
	}
	if label, known := severityLabels[f.SeverityID]; known {
		finding.Severity = string(label)
	}
	if status, known := workflowStatuses[f.StatusID]; known {
		finding.Status = string(status)
	}
	if f.isArchived() {
		finding.RecordState = string(types.RecordStateArchived)
	}
	if f.Remediation != nil {
		finding.Recommendation = f.Remediation.Description
	}
	if f.Compliance != nil {
		finding.ComplianceStatus = snapshot.Text(complianceStatuses[f.Compliance.StatusID])
		if f.Compliance.Control != "" { // the generator of a control in Security Hub CSPM
			finding.GeneratorID = aws.String("security-control/" + f.Compliance.Control)
		}
	}
	return finding
}

// toTime returns the text of a time, which a finding has as a text, as milliseconds, or both; nil for neither.
func toTime(text *string, milliseconds int64) *string {
	if text != nil || milliseconds == 0 {
		return text
	}
	return aws.String(time.UnixMilli(milliseconds).UTC().Format("2006-01-02T15:04:05.000Z"))
}
