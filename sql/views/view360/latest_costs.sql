-- The newest cost report of each granularity, and the services of the same period and granularity, so that both can
-- stand side by side.
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
