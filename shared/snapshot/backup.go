package snapshot

// BackupJob is one element of backup.jobs: a job of AWS Backup that was created or ended in the window, or is under way.
type BackupJob struct {
	BackupJobID      string   `json:"backup_job_id"`
	ParentJobID      *string  `json:"parent_job_id"` // of a job that backs up a part of a composite resource
	State            *string  `json:"state"`         // CREATED, PENDING, RUNNING, ABORTING, ABORTED, COMPLETED, FAILED, EXPIRED or PARTIAL
	StatusMessage    *string  `json:"status_message"`
	MessageCategory  *string  `json:"message_category"` // such as AccessDenied; of a COMPLETED job SUCCESS unless it has issues
	ResourceARN      *string  `json:"resource_arn"`
	ResourceType     *string  `json:"resource_type"` // such as EBS
	ResourceName     *string  `json:"resource_name"`
	VaultName        *string  `json:"vault_name"`
	VaultARN         *string  `json:"vault_arn"`
	RecoveryPointARN *string  `json:"recovery_point_arn"`
	BackupPlanID     *string  `json:"backup_plan_id"` // null for a job that was started by hand
	BackupPlanName   *string  `json:"backup_plan_name"`
	BackupRuleID     *string  `json:"backup_rule_id"`
	BackupRuleName   *string  `json:"backup_rule_name"`
	SizeBytes        *int64   `json:"size_bytes"`   // BackupSizeInBytes; some resource types report 0 or nothing
	PercentDone      *float64 `json:"percent_done"` // null if the API's text is not a number
	CreationDate     *Time    `json:"creation_date"`
	StartBy          *Time    `json:"start_by"`        // the job expires if it has not started by then
	CompletionDate   *Time    `json:"completion_date"` // null while the job is under way
}

// BackupProtectedResource is one element of backup.protected_resources: a resource that has a recovery point.
type BackupProtectedResource struct {
	ResourceARN          string  `json:"resource_arn"`
	ResourceType         *string `json:"resource_type"`
	ResourceName         *string `json:"resource_name"`
	LastBackupTime       *Time   `json:"last_backup_time"`
	LastVaultARN         *string `json:"last_vault_arn"` // LastBackupVaultArn
	LastRecoveryPointARN *string `json:"last_recovery_point_arn"`
}
