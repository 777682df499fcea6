create view view_backup_jobs as
select
  bj.id, bj.account_id, bj.backup_job_id, bj.parent_job_id, bj.state, bj.status_message,
  bj.message_category, bj.resource_arn, bj.resource_type, bj.resource_name, bj.vault_name,
  bj.vault_arn, bj.recovery_point_arn, bj.backup_plan_id, bj.backup_plan_name, bj.backup_rule_id,
  bj.backup_rule_name, bj.size_bytes, bj.percent_done, bj.creation_date, bj.start_by,
  bj.completion_date, bj.created_at,
  bj.state in ('FAILED', 'EXPIRED', 'ABORTED', 'PARTIAL') as is_failed,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from backup_jobs bj
join view360.account_labels l on l.account_row_id = bj.account_id;

comment on view view_backup_jobs is 'Jobs of AWS Backup: one row per backup_jobs row.';
comment on column view_backup_jobs.is_failed is 'The job ended without a whole backup: FAILED, EXPIRED, ABORTED or PARTIAL.';
