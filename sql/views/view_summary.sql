create view view_summary as
select
  a.id as account_id,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full,
  a.csp as account_csp,
  (select count(*) from product_accounts pa where pa.account_id = a.id) as number_of_products,
  c.period_granularity, c.date_from, c.date_to,
  c.current_period_cost, c.previous_period_cost, c.cost_difference, c.cost_difference_percentage,
  c.potential_savings,
  c.service_count, c.unique_services, c.total_service_cost, c.services_used,
  s.total_findings, s.open_findings, s.resolved_findings, s.critical_findings, s.high_findings,
  s.medium_findings, s.low_findings, s.resolution_rate as security_resolution_rate,
  a.account_email, a.joined_method, a.joined_timestamp,
  floor(extract(epoch from now() - a.joined_timestamp) / 86400) as account_age_days
from accounts a
join view360.account_labels l on l.account_row_id = a.id
left join view360.latest_costs c on c.account_row_id = a.id
left join view360.security_totals s on s.account_row_id = a.id;

comment on view view_summary is
  'Account overview: one row per accounts row and granularity that has a cost report, and at least one. Cost and services are of the newest period.';
comment on column view_summary.account_csp is 'Cloud provider: AWS.';
comment on column view_summary.number_of_products is 'Products linked to the account.';
comment on column view_summary.account_age_days is 'Complete days since the account joined.';
comment on column view_summary.security_resolution_rate is
  'Resolved findings as a fraction of all; null without findings.';
