package security

import "view360/shared/load"

var certificates = load.Table{
	Name: "certificates", Section: "security.certificate_manager[]", Nature: load.CurrentState,
	Key: []string{"arn"},
	Columns: []load.Column{
		{Name: "arn", Type: load.Varchar(255), Rule: load.Required},
		{Name: "domain_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "status", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "not_after", Type: load.Timestamp},
	},
}
