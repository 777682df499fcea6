create view view_secrets_manager_secrets as
select
  sms.id, sms.account_id, sms.name, sms.arn, sms.description, sms.created_date,
  sms.last_changed_date, sms.rotation_enabled, sms.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from secrets_manager_secrets sms
join view360.account_labels l on l.account_row_id = sms.account_id;

comment on view view_secrets_manager_secrets is 'Secrets: one row per secrets_manager_secrets row.';
