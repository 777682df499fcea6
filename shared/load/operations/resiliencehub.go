package operations

import "view360/shared/load"

var resilienceHubApps = load.Table{
	Name: "resilience_hub_apps", Section: "resilience_hub[]", Nature: load.CurrentState,
	Key: []string{"app_arn"},
	Columns: []load.Column{
		{Name: "app_arn", Type: load.Varchar(255), Rule: load.Required},
		{Name: "name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "compliance_status", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "resiliency_score", Type: load.Numeric(5, 2)},
		{Name: "status", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "cost", Type: load.Numeric(20, 10)},
		{Name: "description", Type: load.Text},
		{Name: "creation_time", Type: load.Timestamp},
		{Name: "last_assessment_time", Type: load.Timestamp},
		{Name: "rpo", Type: load.Integer},
		{Name: "rto", Type: load.Integer},
		{Name: "last_drill", Type: load.Timestamp},
	},
}
