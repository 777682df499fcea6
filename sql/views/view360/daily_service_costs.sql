-- What an account's services cost on a day. The later of two rows counts, as in daily_costs.
create view view360.daily_service_costs as
select distinct on (a.account_id, s.service, s.date_from)
  a.account_id as account, s.service, s.date_from as day, s.cost, s.id as service_row_id
from services s
join accounts a on a.id = s.account_id
where s.period_granularity = 'DAILY'
order by a.account_id, s.service, s.date_from, s.updated_at desc;

comment on view view360.daily_service_costs is
  'What a service of an account cost on a day: one row per account, service and day. They add up to view360.daily_costs.';
comment on column view360.daily_service_costs.account is '12-digit AWS account id.';
comment on column view360.daily_service_costs.service is 'Service, as Cost Explorer names it.';
comment on column view360.daily_service_costs.day is 'Day, UTC.';
comment on column view360.daily_service_costs.cost is 'Unblended cost.';
comment on column view360.daily_service_costs.service_row_id is 'services.id.';
