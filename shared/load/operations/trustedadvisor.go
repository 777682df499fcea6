package operations

import "view360/shared/load"

var trustedAdvisorChecks = load.Table{
	Name: "trusted_advisor_checks", Section: "trusted_advisor[]", Nature: load.CurrentState,
	Key: []string{"account_id", "check_name"},
	Columns: []load.Column{
		{Name: "check_name", Type: load.Varchar(255), Rule: load.Required},
		{Name: "category", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "severity", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "recommendation", Type: load.Text},
		{Name: "affected_resources_count", Type: load.Integer, Default: "0"},
		{Name: "potential_savings", Type: load.Numeric(20, 10)},
		{Name: "timestamp", Type: load.Timestamp},
	},
}
