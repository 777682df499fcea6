package operations

import "view360/shared/load"

var applicationSignals = load.Table{
	Name: "application_signals", Section: "application[]", Nature: load.CurrentState,
	Key: []string{"account_id", "service_name"},
	Columns: []load.Column{
		{Name: "service_name", FallbackMember: "key_attributes.Name", Type: load.Varchar(255), Rule: load.Required},
		{Name: "namespace", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "key_attributes", Type: load.JSON},
	},
}
