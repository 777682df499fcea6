-- An account without any row of Security Hub has no health score, because it was not checked.
create view view_acct_summary as
select
  a.id, a.account_id, a.account_name, a.account_email, a.account_status, a.account_arn,
  a.partner_name, a.customer_name, a.joined_method, a.joined_timestamp, a.account_type, a.csp,
  a.region, a.category, a.created_at, a.updated_at,
  l.account, l.account_region, l.account_category, l.account_partner, l.account_customer,
  l.account_full, l.project_product_name,
  coalesce(r.current_period_cost, 0) as latest_cost,
  coalesce(r.cost_difference_percentage, 0) as cost_trend_percentage,
  coalesce(r.potential_monthly_savings, 0) as savings_opportunity,
  coalesce(s.total_findings, 0)::integer as security_findings,
  coalesce(s.critical_findings, 0)::integer as critical_findings,
  coalesce(s.high_findings, 0)::integer as high_findings,
  i.instance_count,
  i.running_instances,
  case
    when s.account_row_id is null then null
    when s.critical_findings > 0 then 1
    when s.high_findings > 0 then 2
    when s.medium_findings > 0 then 3
    when s.low_findings > 0 then 4
    else 5
  end as security_health_score
from accounts a
join view360.account_labels l on l.account_row_id = a.id
left join view360.security_totals s on s.account_row_id = a.id
left join lateral (
  select current_period_cost, cost_difference_percentage, potential_monthly_savings
  from cost_reports
  where account_id = a.id
  order by period_granularity = 'MONTHLY' desc, period_end desc, id desc
  limit 1
) r on true
cross join lateral (
  select count(*) as instance_count, count(*) filter (where ping_status = 'Online') as running_instances
  from inventory_instances
  where account_id = a.id
) i;

comment on view view_acct_summary is
  'Account overview with health score: one row per accounts row. Cost is of the newest monthly report, or of the newest of any granularity. account_id is the 12-digit id.';
comment on column view_acct_summary.latest_cost is 'Cost of the report in US dollars; 0 without a report.';
comment on column view_acct_summary.cost_trend_percentage is 'Difference to the period before, in percent.';
comment on column view_acct_summary.savings_opportunity is 'Potential monthly savings of the report.';
comment on column view_acct_summary.security_findings is 'Findings of all services of Security Hub.';
comment on column view_acct_summary.critical_findings is 'Critical findings.';
comment on column view_acct_summary.high_findings is 'High findings.';
comment on column view_acct_summary.instance_count is 'Managed instances.';
comment on column view_acct_summary.running_instances is 'Managed instances whose agent is online.';
comment on column view_acct_summary.security_health_score is
  '1 with critical findings, 2 with high, 3 with medium, 4 with low, 5 without; null when Security Hub reported nothing.';
