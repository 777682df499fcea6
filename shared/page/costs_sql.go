package page

import "time"

// costDay is the cost of all selected accounts on a day.
type costDay struct {
	Day            time.Time
	Cost           float64
	Accounts       int     // with a cost of the day
	OfMonth        int     // accounts with a cost of any day of the month
	Paired         float64 // cost of the accounts that have the same day of the other month too
	PairedAccounts int     // their number
}

// monthsSQL has the costs of this month and last month by account and day. is_paired: the account has the same day of the
// other month too, and only such days are compared. Costs are account-wide, so the region filter does not apply.
const monthsSQL = `
with costs as (
  select account, account_name, day, cost
  from view360.daily_costs
  where account = any(@accounts) and day >= @last and day <= @date and day < @next
),
months as (
  select c.*, c.day >= @month as is_this_month,
    exists (select from costs o where o.account = c.account and extract(day from o.day) = extract(day from c.day)
      and (o.day >= @month) <> (c.day >= @month)) as is_paired
  from costs c
)`

const costDaysSQL = monthsSQL + `
select day, sum(cost)::float8 as cost, count(*) as accounts, coalesce(sum(cost) filter (where is_paired), 0)::float8 as paired,
  count(*) filter (where is_paired) as paired_accounts,
  (select count(distinct account) from months m where m.is_this_month = months.is_this_month) as of_month
from months
group by day, is_this_month
order by day`

const costByAccountSQL = monthsSQL + `
select max(account_name) as name,
  coalesce(sum(cost) filter (where is_this_month), 0)::float8 as to_date,
  coalesce(sum(cost) filter (where is_this_month and is_paired), 0)::float8 as paired,
  coalesce(sum(cost) filter (where not is_this_month and is_paired), 0)::float8 as last_to_date,
  coalesce(sum(cost) filter (where not is_this_month), 0)::float8 as last_total
from months
group by account
order by to_date desc, name
limit 8`

const costByServiceSQL = monthsSQL + `
select s.service as name,
  coalesce(sum(s.cost) filter (where m.is_this_month), 0)::float8 as to_date,
  coalesce(sum(s.cost) filter (where m.is_this_month and m.is_paired), 0)::float8 as paired,
  coalesce(sum(s.cost) filter (where not m.is_this_month and m.is_paired), 0)::float8 as last_to_date,
  coalesce(sum(s.cost) filter (where not m.is_this_month), 0)::float8 as last_total
from months m
join view360.daily_service_costs s on s.account = m.account and s.day = m.day
where s.account = any(@accounts) and s.day >= @last and s.day <= @date and s.day < @next
group by s.service
order by to_date desc, name
limit 8`

// forecastSQL adds up the newest forecasts of the accounts for the rest of the month, and counts these. Of a forecast, only
// what lies after the days that are known is left.
const forecastSQL = `
select coalesce(sum(amount - coalesce(known, 0)), 0)::float8 as rest, count(distinct account) as accounts
from (
  select f.account, f.amount, f.day, max(f.day) over (partition by f.account) as newest
  from view360.expected_costs f
  where f.account = any(@accounts) and f.day >= @month and f.day <= @date and f.period_end <= @next
) forecasts
left join lateral (
  select sum(cost) as known from view360.daily_costs c
  where c.account = forecasts.account and c.day > forecasts.day and c.day <= @date and c.day < @next
) later on true
where day = newest`
