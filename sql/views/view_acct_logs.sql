create view view_acct_logs as
select
  g.id, g.account_id, g.date_created, g.account_status, g.cost_status, g.service_status,
  g.security_status, g.config_status, g.inventory_status, g.marketplace_status,
  g.trusted_advisor_status, g.health_status, g.application_status, g.resilience_hub_status,
  g.created_at, g.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category,
  l.account_status as acct_status, l.account_partner, l.account_customer, l.account_full,
  l.project_product_name
from logs g
join view360.account_labels l on l.account_row_id = g.account_id;

comment on view view_acct_logs is 'Collection status per load: one row per logs row.';
comment on column view_acct_logs.acct_status is 'Status of the account; account_status is that of its collection.';
