-- The newest run of each account and region, service by service. The contract's logs have no column for the last five
-- services: a message of theirs stands for a failure.
create view view360.coverage as
with failed as (
  select
    log_id,
    bool_or(message_type = 'compute_optimizer') as compute_optimizer,
    bool_or(message_type = 'ri_sp_savings') as ri_sp_savings,
    bool_or(message_type = 'service_resources') as service_resources,
    bool_or(message_type = 'config_inventory') as config_inventory,
    bool_or(message_type = 'support_tickets') as support_tickets
  from log_messages
  where message_type in
    ('compute_optimizer', 'ri_sp_savings', 'service_resources', 'config_inventory', 'support_tickets')
  group by log_id
), run as (
  select
    g.*,
    case when f.compute_optimizer then 'Fail' else 'Pass' end as compute_optimizer_status,
    case when f.ri_sp_savings then 'Fail' else 'Pass' end as ri_sp_savings_status,
    case when f.service_resources then 'Fail' else 'Pass' end as service_resources_status,
    case when f.config_inventory then 'Fail' else 'Pass' end as config_inventory_status,
    case when f.support_tickets then 'Fail' else 'Pass' end as support_tickets_status
  from logs g
  left join failed f on f.log_id = g.id
), newest as (
  select distinct on (account_id) * from run order by account_id, date_created desc, id desc
), success as (
  select
    account_id,
    max(date_created) filter (where account_status = 'Pass') as account,
    max(date_created) filter (where cost_status = 'Pass') as cost,
    max(date_created) filter (where service_status = 'Pass') as service,
    max(date_created) filter (where security_status = 'Pass') as security,
    max(date_created) filter (where config_status = 'Pass') as config,
    max(date_created) filter (where inventory_status = 'Pass') as inventory,
    max(date_created) filter (where marketplace_status = 'Pass') as marketplace,
    max(date_created) filter (where trusted_advisor_status = 'Pass') as trusted_advisor,
    max(date_created) filter (where health_status = 'Pass') as health,
    max(date_created) filter (where application_status = 'Pass') as application,
    max(date_created) filter (where resilience_hub_status = 'Pass') as resilience_hub,
    max(date_created) filter (where compute_optimizer_status = 'Pass') as compute_optimizer,
    max(date_created) filter (where ri_sp_savings_status = 'Pass') as ri_sp_savings,
    max(date_created) filter (where service_resources_status = 'Pass') as service_resources,
    max(date_created) filter (where config_inventory_status = 'Pass') as config_inventory,
    max(date_created) filter (where support_tickets_status = 'Pass') as support_tickets
  from run
  group by account_id
)
select
  a.account_id as account,
  a.region as account_region,
  s.service,
  s.outcome as last_outcome,
  n.date_created as last_run_at,
  s.success_at as last_success_at,
  now() - s.success_at as age,
  case when s.outcome <> 'Pass' then (
    select string_agg(m.message, '; ' order by m.id)
    from log_messages m
    where m.log_id = n.id and m.message_type = s.service
  ) end as reason
from accounts a
join newest n on n.account_id = a.id
join success p on p.account_id = a.id
cross join lateral (
  values
    ('account', n.account_status, p.account),
    ('cost', n.cost_status, p.cost),
    ('service', n.service_status, p.service),
    ('security', n.security_status, p.security),
    ('config', n.config_status, p.config),
    ('inventory', n.inventory_status, p.inventory),
    ('marketplace', n.marketplace_status, p.marketplace),
    ('trusted_advisor', n.trusted_advisor_status, p.trusted_advisor),
    ('health', n.health_status, p.health),
    ('application', n.application_status, p.application),
    ('resilience_hub', n.resilience_hub_status, p.resilience_hub),
    ('compute_optimizer', n.compute_optimizer_status, p.compute_optimizer),
    ('ri_sp_savings', n.ri_sp_savings_status, p.ri_sp_savings),
    ('service_resources', n.service_resources_status, p.service_resources),
    ('config_inventory', n.config_inventory_status, p.config_inventory),
    ('support_tickets', n.support_tickets_status, p.support_tickets)
) s (service, outcome, success_at);

comment on view view360.coverage is
  'Freshness: one row per account, region and service, with the last outcome, the last success and the reason of a failure.';
comment on column view360.coverage.account is '12-digit AWS account id.';
comment on column view360.coverage.account_region is 'Region that was collected.';
comment on column view360.coverage.service is 'Section of the snapshot.';
comment on column view360.coverage.last_outcome is 'Pass or Fail, in the newest run.';
comment on column view360.coverage.last_run_at is 'When the newest run collected.';
comment on column view360.coverage.last_success_at is 'When the newest run with Pass collected; null if there is none.';
comment on column view360.coverage.age is 'Time since then.';
comment on column view360.coverage.reason is 'Messages of the newest run about the service; null after a success.';
