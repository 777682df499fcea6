package security

import "view360/shared/load"

var cloudtrailLogs = load.Table{
	Name: "cloudtrail_logs", Section: "security.cloudtrail[]", Nature: load.CurrentState,
	Key: []string{"account_id", "arn"},
	Columns: []load.Column{
		{Name: "name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "arn", Type: load.Varchar(255), Rule: load.Required},
		{Name: "is_logging", Type: load.Boolean, Default: "f"},
		{Name: "is_multi_region", Type: load.Boolean, Default: "f"},
		{Name: "s3_bucket", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "kms_key_id", Type: load.Varchar(255)},
		{Name: "log_file_validation", Type: load.Boolean, Default: "f"},
		{Name: "latest_delivery_time", Type: load.Timestamp},
	},
}
