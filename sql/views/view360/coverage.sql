-- The newest run of each account and region, service by service. The contract's logs have no column for the last six
-- services: a message with nothing but a status stands for it. Of the first five it is left out where they passed; iam
-- has one wherever it was read.
create view view360.coverage as
with said as (
  select
    log_id,
    max(message) filter (where message_type = 'compute_optimizer') as compute_optimizer,
    max(message) filter (where message_type = 'ri_sp_savings') as ri_sp_savings,
    max(message) filter (where message_type = 'service_resources') as service_resources,
    max(message) filter (where message_type = 'config_inventory') as config_inventory,
    max(message) filter (where message_type = 'support_tickets') as support_tickets,
    max(message) filter (where message_type = 'iam') as iam
  from log_messages
  where message in ('Pass', 'Fail', 'Skipped')
  group by log_id
), run as (
  select
    g.*,
    coalesce(s.compute_optimizer, 'Pass') as compute_optimizer_status,
    coalesce(s.ri_sp_savings, 'Pass') as ri_sp_savings_status,
    coalesce(s.service_resources, 'Pass') as service_resources_status,
    coalesce(s.config_inventory, 'Pass') as config_inventory_status,
    coalesce(s.support_tickets, 'Pass') as support_tickets_status,
    s.iam as iam_status
  from logs g
  left join said s on s.log_id = g.id
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
    max(date_created) filter (where support_tickets_status = 'Pass') as support_tickets,
    max(date_created) filter (where iam_status = 'Pass') as iam,
    bool_or(iam_status is not null) as iam_known
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
  (
    select string_agg(case when m.message_type = s.service then '' else m.message_type || ': ' end || m.message, '; ' order by m.id)
    from log_messages m
    where m.log_id = n.id and m.message_type = any (s.kinds) and m.message not in ('Pass', 'Fail', 'Skipped')
  ) as reason
from accounts a
join newest n on n.account_id = a.id
join success p on p.account_id = a.id
cross join lateral (
  values
    ('account', n.account_status, p.account, '{account}'::text[]),
    ('cost', n.cost_status, p.cost, '{cost,service}'::text[]),
    ('service', n.service_status, p.service, '{service}'::text[]),
    ('security', n.security_status, p.security, '{security,security_hub,guard_duty,kms,waf,cloudtrail,secrets_manager,certificate_manager,inspector}'::text[]),
    ('config', n.config_status, p.config, '{config}'::text[]),
    ('inventory', n.inventory_status, p.inventory, '{inventory,instances}'::text[]),
    ('marketplace', n.marketplace_status, p.marketplace, '{marketplace,service}'::text[]),
    ('trusted_advisor', n.trusted_advisor_status, p.trusted_advisor, '{trusted_advisor}'::text[]),
    ('health', n.health_status, p.health, '{health}'::text[]),
    ('application', n.application_status, p.application, '{application}'::text[]),
    ('resilience_hub', n.resilience_hub_status, p.resilience_hub, '{resilience_hub}'::text[]),
    ('compute_optimizer', n.compute_optimizer_status, p.compute_optimizer, '{compute_optimizer}'::text[]),
    ('ri_sp_savings', n.ri_sp_savings_status, p.ri_sp_savings, '{ri_sp_savings}'::text[]),
    ('service_resources', n.service_resources_status, p.service_resources, '{service_resources}'::text[]),
    ('config_inventory', n.config_inventory_status, p.config_inventory, '{config_inventory}'::text[]),
    ('support_tickets', n.support_tickets_status, p.support_tickets, '{support_tickets}'::text[]),
    ('iam', coalesce(n.iam_status, case when p.iam_known then 'Skipped' end), p.iam, '{iam}'::text[])
) s (service, outcome, success_at, kinds)
where s.outcome is not null;

comment on view view360.coverage is
  'Freshness: one row per account, region and service, with the last outcome, the last success and the reason.';
comment on column view360.coverage.account is '12-digit AWS account id.';
comment on column view360.coverage.account_region is 'Region that was collected.';
comment on column view360.coverage.service is 'Section of the snapshot.';
comment on column view360.coverage.last_outcome is 'Pass, Fail or Skipped, in the newest run.';
comment on column view360.coverage.last_run_at is 'When the newest run collected.';
comment on column view360.coverage.last_success_at is 'When the newest run with Pass collected; null if there is none.';
comment on column view360.coverage.age is 'Time since then.';
comment on column view360.coverage.reason is 'What the newest run said about the service; null if nothing.';
