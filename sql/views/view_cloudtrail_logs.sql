create view view_cloudtrail_logs as
select
  cl.id, cl.account_id, cl.name, cl.arn, cl.is_logging, cl.is_multi_region, cl.s3_bucket,
  cl.kms_key_id, cl.log_file_validation, cl.latest_delivery_time, cl.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from cloudtrail_logs cl
join view360.account_labels l on l.account_row_id = cl.account_id;

comment on view view_cloudtrail_logs is 'CloudTrail trails: one row per cloudtrail_logs row.';
