create view view_acct_serv_cost as
select
  sc.id, sc.cost_report_id, sc.service_name, sc.cost, sc.created_at, sc.region,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  r.period_start as date_from, r.period_end as date_to
from service_costs sc
join cost_reports r on r.id = sc.cost_report_id
join view360.account_labels l on l.account_row_id = r.account_id;

comment on view view_acct_serv_cost is 'Top five services per cost report: one row per service_costs row.';
comment on column view_acct_serv_cost.date_from is 'First day of the cost report.';
comment on column view_acct_serv_cost.date_to is 'End of the cost report, exclusive.';
