package security

import "view360/shared/load"

var security = load.Table{
	Name: "security", Section: "security.security_hub[]", Nature: load.Event,
	HasUpdatedAt: true, IsParent: true, DailyOnly: true,
	Key: []string{"account_id", "service"},
	Columns: []load.Column{
		{Name: "service", Type: load.Varchar(255), Rule: load.Required},
		{Name: "total_findings", Type: load.Integer, Default: "0", Rule: load.Required},
		{Name: "critical_count", Member: "severity_counts.CRITICAL", Type: load.Integer, Default: "0", Rule: load.Required},
		{Name: "high_count", Member: "severity_counts.HIGH", Type: load.Integer, Default: "0", Rule: load.Required},
		{Name: "medium_count", Member: "severity_counts.MEDIUM", Type: load.Integer, Default: "0", Rule: load.Required},
		{Name: "low_count", Member: "severity_counts.LOW", Type: load.Integer, Default: "0", Rule: load.Required},
		{Name: "informational_count", Member: "severity_counts.INFORMATIONAL", Type: load.Integer, Default: "0", Rule: load.Required},
		{Name: "open_findings", Type: load.Integer, Default: "0", Rule: load.Required},
		{Name: "resolved_findings", Type: load.Integer, Default: "0", Rule: load.Required},
	},
}

var findings = load.Table{
	Name: "findings", Section: "security.security_hub[].findings[]", Nature: load.Event,
	VersionColumn: "updated_at",
	// Two products may use one id. The same product has an ARN in each region, and another name in the new Security Hub,
	// where the same finding keeps its id.
	DiffersSQL: "(substring(x.product_arn from '::product/(.*)') <> substring(t.product_arn from '::product/(.*)')" +
		" or substring(x.product_arn from '::productv2/(.*)') <> substring(t.product_arn from '::productv2/(.*)'))",
	IsOpenSQL: "t.record_state is distinct from 'ARCHIVED' and t.status in ('NEW', 'NOTIFIED')",
	Parent: &load.Parent{Table: "security", Column: "security_id", Counters: []string{
		"total_findings", "critical_count", "high_count", "medium_count", "low_count", "informational_count", "open_findings", "resolved_findings",
	}},
	Key: []string{"finding_id"},
	Columns: []load.Column{
		{Name: "finding_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "service", Type: load.Varchar(255), Rule: load.EmptyText},
		{Name: "title", Type: load.Text, Rule: load.EmptyText},
		{Name: "description", Type: load.Text},
		{Name: "severity", Type: load.Varchar(50), Rule: load.Required},
		{Name: "status", Type: load.Varchar(50), Rule: load.Required},
		{Name: "resource_type", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "resource_id", Type: load.Varchar(255)},
		{Name: "created_at", Type: load.Timestamp, Rule: load.Required},
		{Name: "updated_at", Type: load.Timestamp, Rule: load.Required},
		{Name: "recommendation", Type: load.Text},
		{Name: "compliance_status", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "region", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "workflow_state", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "record_state", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "product_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "company_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "product_arn", Type: load.Varchar(255)},
		{Name: "generator_id", Type: load.Varchar(255)},
		{Name: "generator", Type: load.Varchar(255), Rule: load.Cut},
	},
}
