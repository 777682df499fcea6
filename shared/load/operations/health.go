package operations

import "view360/shared/load"

var healthEvents = load.Table{
	Name: "health_events", Section: "health[]", Nature: load.Event,
	Key: []string{"account_id", "arn"},
	Columns: []load.Column{
		{Name: "arn", Type: load.Varchar(255), Rule: load.Required},
		{Name: "service", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "event_type_code", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "region", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "start_time", Type: load.Timestamp},
		{Name: "end_time", Type: load.Timestamp},
		{Name: "status_code", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "actionability", Type: load.Text},
		{Name: "personas", Type: load.Text, Rule: load.Join},
	},
}
