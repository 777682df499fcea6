-- Every daily report repeats the forecast of its month; is_latest marks the one of the latest report.
create view view_acct_cost_rep_forecast as
select
  cf.id, cf.cost_report_id, cf.period_start, cf.period_end, cf.amount,
  cf.prediction_interval_lower_bound, cf.prediction_interval_upper_bound, cf.created_at, cf.region,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  r.period_start as date_from, r.period_end as date_to,
  latest.id = cf.id as is_latest
from cost_forecasts cf
join cost_reports r on r.id = cf.cost_report_id
left join (
  select distinct on (lr.account_id, lf.period_start, lf.period_end)
    lr.account_id, lf.period_start, lf.period_end, lf.id
  from cost_forecasts lf
  join cost_reports lr on lr.id = lf.cost_report_id
  order by lr.account_id, lf.period_start, lf.period_end, lr.period_end desc, lr.id desc, lf.id desc
) latest on latest.account_id = r.account_id
  and latest.period_start = cf.period_start and latest.period_end = cf.period_end
join view360.account_labels l on l.account_row_id = r.account_id;

comment on view view_acct_cost_rep_forecast is 'Cost forecasts: one row per cost_forecasts row.';
comment on column view_acct_cost_rep_forecast.date_from is 'First day of the report that the forecast belongs to.';
comment on column view_acct_cost_rep_forecast.date_to is 'End of that report, exclusive.';
comment on column view_acct_cost_rep_forecast.is_latest is
  'Whether this is the newest forecast of the account for the period.';
