-- Findings are spelled differently by each kind of resource: OVER_PROVISIONED, Overprovisioned, NotOptimized.
create view view_compute_optimizer_summary as
select
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  co.resource_type, co.finding,
  count(*) as resource_count,
  sum(co.estimated_monthly_savings_usd) as total_monthly_savings,
  avg(co.savings_opportunity_percentage) as avg_savings_percentage,
  avg(co.performance_risk) as avg_performance_risk,
  count(*) filter (
    where lower(replace(co.finding, '_', '')) not in ('optimized', 'unavailable')
  ) as not_optimized_count,
  count(*) filter (where co.estimated_monthly_savings_usd > 0) as savings_opportunities
from compute_optimizer co
join view360.account_labels l on l.account_row_id = co.account_id
group by
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  co.resource_type, co.finding;

comment on view view_compute_optimizer_summary is
  'Aggregated recommendations: one row per account, resource type and finding.';
comment on column view_compute_optimizer_summary.resource_count is 'Recommendations.';
comment on column view_compute_optimizer_summary.total_monthly_savings is
  'Sum of the estimated monthly savings in US dollars.';
comment on column view_compute_optimizer_summary.avg_savings_percentage is 'Average savings opportunity in percent.';
comment on column view_compute_optimizer_summary.avg_performance_risk is 'Average performance risk.';
comment on column view_compute_optimizer_summary.not_optimized_count is
  'Recommendations whose finding is neither optimized nor unavailable.';
comment on column view_compute_optimizer_summary.savings_opportunities is 'Recommendations that save money.';
