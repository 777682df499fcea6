package securityhub

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"view360/shared/snapshot"
)

// unsetStatus is the status of a finding without a workflow status.
const unsetStatus = "OPEN"

func toFinding(f types.AwsSecurityFinding) snapshot.SecurityHubFinding {
	finding := snapshot.SecurityHubFinding{
		FindingID: f.Id, Title: f.Title, Description: f.Description, Severity: "UNKNOWN", Status: unsetStatus,
		CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt, Region: f.Region, WorkflowState: string(f.WorkflowState), //lint:ignore SA1019 the contract has the deprecated member
		RecordState: string(types.RecordStateActive), ProductName: f.ProductName, CompanyName: f.CompanyName,
		ProductARN: f.ProductArn, GeneratorID: f.GeneratorId, Generator: aws.ToString(f.ProductName),
	}
	// Readers need a text here; a finding without a resource gets the product that found it.
	finding.Service = f.ProductName
	if len(f.Resources) > 0 {
		finding.Service, finding.ResourceType, finding.ResourceID = f.Resources[0].Type, f.Resources[0].Type, f.Resources[0].Id
	}
	if f.Severity != nil && f.Severity.Label != "" {
		finding.Severity = string(f.Severity.Label)
	}
	if f.Workflow != nil && f.Workflow.Status != "" {
		finding.Status = string(f.Workflow.Status)
	}
	if f.RecordState != "" {
		finding.RecordState = string(f.RecordState)
	}
	if f.Remediation != nil && f.Remediation.Recommendation != nil {
		finding.Recommendation = f.Remediation.Recommendation.Text
	}
	if f.Compliance != nil {
		finding.ComplianceStatus = snapshot.Text(f.Compliance.Status)
	}
	return finding
}
