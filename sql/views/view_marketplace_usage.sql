create view view_marketplace_usage as
select
  mu.id, mu.account_id, mu.product_code, mu.product_name, mu.cost_consumed, mu.currency,
  mu.period_start, mu.period_end, mu.status, mu.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from marketplace_usage mu
join view360.account_labels l on l.account_row_id = mu.account_id;

comment on view view_marketplace_usage is 'Marketplace consumption: one row per marketplace_usage row.';
