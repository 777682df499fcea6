create view view_product_acct as
select
  pa.id, pa.product_id, pa.account_id, pa.created_at, pa.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, p.name as project_product_name
from product_accounts pa
join products p on p.id = pa.product_id
join view360.account_labels l on l.account_row_id = pa.account_id;

comment on view view_product_acct is 'Product to account links: one row per link.';
