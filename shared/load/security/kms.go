package security

import "view360/shared/load"

var kmsKeys = load.Table{
	Name: "kms_keys", Section: "security.kms[]", Nature: load.CurrentState,
	Key: []string{"account_id", "key_id"},
	Columns: []load.Column{
		{Name: "key_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "arn", Type: load.Varchar(255)},
		{Name: "description", Type: load.Text},
		{Name: "key_usage", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "key_state", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "creation_date", Type: load.Timestamp},
		{Name: "enabled", Type: load.Boolean, Default: "t"},
		{Name: "key_rotation_enabled", Type: load.Boolean, Default: "f"},
	},
}
