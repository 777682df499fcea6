package security

import "view360/shared/load"

var inspectorFindings = load.Table{
	Name: "inspector_findings", Section: "security.inspector[]", Nature: load.Event,
	Key: []string{"finding_arn"},
	Columns: []load.Column{
		{Name: "finding_arn", Type: load.Varchar(255), Rule: load.Required},
		{Name: "severity", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "status", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "type", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "title", Type: load.Text},
		{Name: "description", Type: load.Text},
		{Name: "first_observed_at", Type: load.Timestamp},
		{Name: "exploit_available", Type: load.Text},
		{Name: "fix_available", Type: load.Text},
		{Name: "epss", Type: load.Numeric(6, 5)},
	},
}
