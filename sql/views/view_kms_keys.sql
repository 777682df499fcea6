create view view_kms_keys as
select
  kk.id, kk.account_id, kk.key_id, kk.arn, kk.description, kk.key_usage, kk.key_state,
  kk.creation_date, kk.enabled, kk.key_rotation_enabled, kk.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from kms_keys kk
join view360.account_labels l on l.account_row_id = kk.account_id;

comment on view view_kms_keys is 'KMS keys: one row per kms_keys row.';
