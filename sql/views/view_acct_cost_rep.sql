create view view_acct_cost_rep as
select
  cr.id, cr.account_id, cr.current_period_cost, cr.previous_period_cost, cr.cost_difference,
  cr.cost_difference_percentage, cr.potential_monthly_savings, cr.anomalies_detected,
  cr.saving_opportunities_count, cr.period_start, cr.period_end, cr.period_granularity,
  cr.created_at, cr.region,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  cr.period_start as date_from, cr.period_end as date_to
from cost_reports cr
join view360.account_labels l on l.account_row_id = cr.account_id;

comment on view view_acct_cost_rep is 'Cost totals per period with comparison: one row per cost_reports row.';
comment on column view_acct_cost_rep.date_from is 'Same as period_start.';
comment on column view_acct_cost_rep.date_to is 'Same as period_end, exclusive.';
