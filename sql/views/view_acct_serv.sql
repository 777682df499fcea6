create view view_acct_serv as
select
  s.id, s.account_id, s.service, s.date_from, s.date_to, s.cost, s.currency, s.utilization,
  s.utilization_unit, s.usage_types, s.created_at, s.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  s.period_granularity
from services s
join view360.account_labels l on l.account_row_id = s.account_id;

comment on view view_acct_serv is 'Cost per AWS service and period: one row per services row.';
