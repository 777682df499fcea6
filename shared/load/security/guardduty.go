package security

import "view360/shared/load"

var guardDutyFindings = load.Table{
	Name: "guard_duty_findings", Section: "security.guard_duty[]", Nature: load.Event,
	VersionColumn: "updated_at", IsOpenSQL: "t.archived is not true",
	Key: []string{"account_id", "detector_id"},
	Columns: []load.Column{
		{Name: "detector_id", Member: "id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "finding_type", Member: "type", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "severity", Type: load.Numeric(3, 1)},
		{Name: "title", Type: load.Text},
		{Name: "description", Type: load.Text},
		{Name: "confidence", Type: load.Numeric(3, 1), Rule: load.Clamp},
		{Name: "region", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "created_at", Type: load.Timestamp},
		{Name: "updated_at", Type: load.Timestamp},
		{Name: "severity_label", Type: load.Text},
		{Name: "archived", Type: load.Boolean},
	},
}
