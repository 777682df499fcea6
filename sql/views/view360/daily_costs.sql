-- The one definition of what an account cost on a day, of which a month to date is the sum. An account loaded by both the
-- Python version and this one has two reports of a day; the later one counts.
create view view360.daily_costs as
select distinct on (a.account_id, r.period_start)
  a.account_id as account, a.account_name, r.period_start as day, r.current_period_cost as cost, r.id as cost_report_id
from cost_reports r
join accounts a on a.id = r.account_id
where r.period_granularity = 'DAILY'
order by a.account_id, r.period_start, r.created_at desc;

comment on view view360.daily_costs is
  'What an account cost on a day, in the currency of its bill: one row per account and day. Month to date is the sum of the days of a month.';
comment on column view360.daily_costs.account is '12-digit AWS account id.';
comment on column view360.daily_costs.account_name is 'Name of the account.';
comment on column view360.daily_costs.day is 'Day, UTC.';
comment on column view360.daily_costs.cost is 'Unblended cost of all services, taxes and credits included.';
comment on column view360.daily_costs.cost_report_id is 'cost_reports.id.';
