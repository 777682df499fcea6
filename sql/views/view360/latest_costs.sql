-- The newest cost report of each granularity, and the services of the same period and granularity, so that both can
-- be shown side by side.
create view view360.latest_costs as
select
  r.account_id as account_row_id,
  r.period_granularity,
  r.period_start as date_from,
  r.period_end as date_to,
  round(r.current_period_cost, 2) as current_period_cost,
  round(r.previous_period_cost, 2) as previous_period_cost,
  round(r.cost_difference, 2) as cost_difference,
  round(r.cost_difference_percentage, 4) as cost_difference_percentage,
  round(r.potential_monthly_savings, 2) as potential_savings,
  s.service_count,
  s.unique_services,
  s.total_service_cost,
  s.services_used
from (
  select distinct on (account_id, period_granularity) *
  from cost_reports
  order by account_id, period_granularity, period_end desc, period_start desc, id desc
) r
left join lateral (
  select
    count(*) as service_count,
    count(distinct service) as unique_services,
    round(sum(cost), 2) as total_service_cost,
    string_agg(distinct service, ', ' order by service) as services_used
  from services
  where account_id = r.account_id and period_granularity = r.period_granularity
    and date_from >= r.period_start and date_to <= r.period_end
  having count(*) > 0
) s on true;

comment on view view360.latest_costs is
  'Cost and services of the newest period: one row per accounts row and granularity that has a cost report.';
comment on column view360.latest_costs.account_row_id is 'accounts.id.';
comment on column view360.latest_costs.period_granularity is 'DAILY, WEEKLY, MONTHLY or YEARLY.';
comment on column view360.latest_costs.date_from is 'First day of the newest cost report of the granularity.';
comment on column view360.latest_costs.date_to is 'End of that report, exclusive.';
comment on column view360.latest_costs.current_period_cost is 'Cost of the period in US dollars, rounded to cents.';
comment on column view360.latest_costs.previous_period_cost is 'Cost of the period before.';
comment on column view360.latest_costs.cost_difference is 'Difference of the two.';
comment on column view360.latest_costs.cost_difference_percentage is 'Difference in percent, rounded to 4 places.';
comment on column view360.latest_costs.potential_savings is 'Potential monthly savings of the report.';
comment on column view360.latest_costs.service_count is
  'Rows of services of the same period and granularity; null without any.';
comment on column view360.latest_costs.unique_services is 'Distinct services.';
comment on column view360.latest_costs.total_service_cost is 'Sum of their cost.';
comment on column view360.latest_costs.services_used is 'Their names in ascending order.';
