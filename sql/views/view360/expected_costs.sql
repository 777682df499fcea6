-- The one definition of a forecast: what Cost Explorer expected after a day. A month's forecast is its cost up to the day of
-- the newest forecast and that forecast.
create view view360.expected_costs as
select distinct on (d.account, d.day, f.period_start)
  d.account, d.day, f.period_start, f.period_end, f.amount
from view360.daily_costs d
join cost_forecasts f on f.cost_report_id = d.cost_report_id
order by d.account, d.day, f.period_start, f.id desc;

comment on view view360.expected_costs is
  'What Cost Explorer expected for the time after a day: one row per account, day and month of the forecast.';
comment on column view360.expected_costs.account is '12-digit AWS account id.';
comment on column view360.expected_costs.day is 'Last day that was known.';
comment on column view360.expected_costs.period_start is 'First day of the forecast in that month.';
comment on column view360.expected_costs.period_end is 'End of it, exclusive.';
comment on column view360.expected_costs.amount is 'Expected cost.';
