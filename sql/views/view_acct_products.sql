create view view_acct_products as
select
  p.id, p.name, p.owner, p.position, p.description, p.created_at, p.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, p.name as project_product_name
from products p
join product_accounts pa on pa.product_id = p.id
join view360.account_labels l on l.account_row_id = pa.account_id;

comment on view view_acct_products is
  'Products with the accounts they are linked to: one row per link; products without a link are missing.';
