create view view_acct_log_messages as
select
  lm.id, lm.log_id, lm.message, lm.message_type, lm.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from log_messages lm
join logs on logs.id = lm.log_id
join view360.account_labels l on l.account_row_id = logs.account_id;

comment on view view_acct_log_messages is 'Collection messages: one row per log_messages row.';
