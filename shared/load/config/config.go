package config

import (
	"view360/shared/load"
	"view360/shared/snapshot"
)

var configReports = load.Table{
	Name: "config_reports", Section: "config", Nature: load.PeriodFact,
	IsParent: true,
	Key:      []string{"account_id", "date_from", "period_granularity"},
	Columns: []load.Column{
		{Name: "date_from", Type: load.Date, Rule: load.Required},
		{Name: "date_to", Type: load.Date, Rule: load.Required},
		{Name: "compliance_score", Type: load.Numeric(5, 2), KeepIfNull: true},
		{Name: "total_rules", Type: load.Integer, KeepIfNull: true},
		{Name: "compliant_rules", Type: load.Integer, KeepIfNull: true},
		{Name: "non_compliant_rules", Type: load.Integer, KeepIfNull: true},
		{Name: "curr_non_compliant", Type: load.Integer, KeepIfNull: true},
		{Name: "curr_compliant", Type: load.Integer, KeepIfNull: true},
		{Name: "period_granularity", Type: load.Granularity, Fixed: granularity},
	},
}

var nonCompliantResources = load.Table{
	Name: "non_compliant_resources", Section: "config.non_compliant_resources[]", Nature: load.PeriodFact,
	ReplaceSet: true,
	Parent:     &load.Parent{Table: "config_reports", Column: "config_report_id"},
	Key:        []string{"config_report_id", "rule_name", "resource_type", "resource_id", "evaluation_mode"},
	Columns: []load.Column{
		{Name: "resource_type", Type: load.Varchar(255)},
		{Name: "resource_id", Type: load.Varchar(255)},
		{Name: "compliance_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "rule_name", Type: load.Varchar(255)},
		{Name: "created_at", Member: "config_rule_invoked_time", Type: load.Timestamp},
		{Name: "annotation", Type: load.Text},
		{Name: "evaluation_mode", Type: load.Text},
		{Name: "conformance_pack", Type: load.Text},
		{Name: "status", Member: "compliance_type", Type: load.Varchar(255), Map: toStatus, Default: "OPEN", Rule: load.Required},
	},
}

func granularity(index snapshot.Index) string { return string(index.Name.Interval) }

// toStatus returns RESOLVED for a compliant evaluation.
func toStatus(complianceType string) string {
	if complianceType == "COMPLIANT" {
		return "RESOLVED"
	}
	return "OPEN"
}
