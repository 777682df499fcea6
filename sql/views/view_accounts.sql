create view view_accounts as
select
  a.id, a.account_id, a.account_name, a.account_email, a.account_status, a.account_arn,
  a.partner_name, a.customer_name, a.joined_method, a.joined_timestamp, a.account_type, a.csp,
  a.region, a.category, a.created_at, a.updated_at,
  l.account, l.account_category, l.account_partner, l.account_customer, l.account_full,
  l.project_product_name,
  l.account_region
from accounts a
join view360.account_labels l on l.account_row_id = a.id;

comment on view view_accounts is
  'Account master list with labels and product: one row per accounts row (account and region). account_id is the 12-digit id.';
