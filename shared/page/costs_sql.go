package page

import "time"

// costDay is the cost of all selected accounts on a day.
type costDay struct {
	Day  time.Time
	Cost float64
}

// costDaysSQL adds up the daily reports of this month and last month. An account loaded by both the Python version and this
// one has two rows for the same day; the later one counts. Costs are account-wide, so the region filter does not apply.
const costDaysSQL = `
select day, sum(cost)::float8 as cost
from (
  select distinct on (account, period_start) account, period_start as day, current_period_cost as cost
  from view_acct_cost_rep
  where period_granularity = 'DAILY' and account = any(@accounts)
    and period_start >= @last and period_start <= @date and period_start < @next
  order by account, period_start, created_at desc
) reports
group by day
order by day`

const costByAccountSQL = `
select max(account_name) as name,
  coalesce(sum(cost) filter (where day >= @month), 0)::float8 as to_date,
  coalesce(sum(cost) filter (where day < least(@same::date, @month::date)), 0)::float8 as last_to_date,
  coalesce(sum(cost) filter (where day < @month), 0)::float8 as last_total
from (
  select distinct on (account, period_start) account, account_name, period_start as day, current_period_cost as cost
  from view_acct_cost_rep
  where period_granularity = 'DAILY' and account = any(@accounts)
    and period_start >= @last and period_start <= @date and period_start < @next
  order by account, period_start, created_at desc
) reports
group by account
order by to_date desc, name
limit 8`

const costByServiceSQL = `
select service as name,
  coalesce(sum(cost) filter (where day >= @month), 0)::float8 as to_date,
  coalesce(sum(cost) filter (where day < least(@same::date, @month::date)), 0)::float8 as last_to_date,
  coalesce(sum(cost) filter (where day < @month), 0)::float8 as last_total
from (
  select distinct on (account, service, date_from) service, date_from as day, cost
  from view_acct_serv
  where period_granularity = 'DAILY' and account = any(@accounts)
    and date_from >= @last and date_from <= @date and date_from < @next
  order by account, service, date_from, updated_at desc
) services
group by service
order by to_date desc, name
limit 8`

// forecastSQL adds up the newest forecasts of all accounts for the rest of the month. It returns no row without a forecast.
const forecastSQL = `
select sum(amount)::text
from (
  select distinct on (account, period_start) account, period_start, amount, date_from,
    max(date_from) over (partition by account) as newest
  from view_acct_cost_rep_forecast
  where account = any(@accounts) and date_from >= @month and date_from <= @date and period_end <= @next
  order by account, period_start, date_from desc
) forecasts
where date_from = newest
having count(*) > 0`
