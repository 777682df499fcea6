package security

import "view360/shared/load"

var secrets = load.Table{
	Name: "secrets_manager_secrets", Section: "security.secrets_manager[]", Nature: load.CurrentState,
	Key: []string{"arn"},
	Columns: []load.Column{
		{Name: "name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "arn", Type: load.Varchar(255), Rule: load.Required},
		{Name: "description", Type: load.Text},
		{Name: "created_date", Type: load.Timestamp},
		{Name: "last_changed_date", Type: load.Timestamp},
		{Name: "rotation_enabled", Type: load.Boolean, Default: "f"},
	},
}
