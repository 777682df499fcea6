package operations

import "view360/shared/load"

// A job changes until it ends, so the newest snapshot wins.
var backupJobs = load.Table{
	Name: "backup_jobs", Section: "backup.jobs[]", Nature: load.Event,
	Key: []string{"account_id", "backup_job_id"},
	Columns: []load.Column{
		{Name: "backup_job_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "parent_job_id", Type: load.Varchar(255)},
		{Name: "state", Type: load.Varchar(50), Rule: load.EmptyText},
		{Name: "status_message", Type: load.Text},
		{Name: "message_category", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "resource_arn", Type: load.Text},
		{Name: "resource_type", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "resource_name", Type: load.Text},
		{Name: "vault_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "vault_arn", Type: load.Text},
		{Name: "recovery_point_arn", Type: load.Text},
		{Name: "backup_plan_id", Type: load.Varchar(255)},
		{Name: "backup_plan_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "backup_rule_id", Type: load.Varchar(255)},
		{Name: "backup_rule_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "size_bytes", Type: load.Numeric(20, 0)},
		{Name: "percent_done", Type: load.Numeric(5, 2)},
		{Name: "creation_date", Type: load.Timestamp},
		{Name: "start_by", Type: load.Timestamp},
		{Name: "completion_date", Type: load.Timestamp},
	},
}

var backupProtectedResources = load.Table{
	Name: "backup_protected_resources", Section: "backup.protected_resources[]", Nature: load.CurrentState,
	Key: []string{"account_id", "resource_arn"},
	Columns: []load.Column{
		{Name: "resource_arn", Type: load.Varchar(2048), Rule: load.Required},
		{Name: "resource_type", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "resource_name", Type: load.Text},
		{Name: "last_backup_time", Type: load.Timestamp},
		{Name: "last_vault_arn", Type: load.Text},
		{Name: "last_recovery_point_arn", Type: load.Text},
	},
}
