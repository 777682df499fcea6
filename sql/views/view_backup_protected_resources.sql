create view view_backup_protected_resources as
select
  bpr.id, bpr.account_id, bpr.resource_arn, bpr.resource_type, bpr.resource_name,
  bpr.last_backup_time, bpr.last_vault_arn, bpr.last_recovery_point_arn, bpr.created_at,
  floor(extract(epoch from current_timestamp - bpr.last_backup_time) / 86400)::integer as days_since_backup,
  coalesce(bpr.last_backup_time < current_timestamp - interval '7 days', true) as is_overdue,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from backup_protected_resources bpr
join view360.account_labels l on l.account_row_id = bpr.account_id;

comment on view view_backup_protected_resources is
  'Resources that AWS Backup protects: one row per backup_protected_resources row.';
comment on column view_backup_protected_resources.days_since_backup is 'Whole days since the last backup.';
comment on column view_backup_protected_resources.is_overdue is 'The resource has had no backup for 7 days.';
