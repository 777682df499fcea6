-- The newest run that read a service, for each account and region: one that left it out, such as a backfill or a repair,
-- hides nothing. The contract's logs have no column for the last six services: a message with nothing but a status
-- stands for it. Of the first five it is left out where they passed; iam has one wherever it was read.
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
), seen as (
  select
    account_id,
    max(date_created) as newest,
    max(date_created) filter (where account_status <> 'Skipped') as account_run,
    max(date_created) filter (where account_status = 'Pass') as account_success,
    max(date_created) filter (where cost_status <> 'Skipped') as cost_run,
    max(date_created) filter (where cost_status = 'Pass') as cost_success,
    max(date_created) filter (where service_status <> 'Skipped') as service_run,
    max(date_created) filter (where service_status = 'Pass') as service_success,
    max(date_created) filter (where security_status <> 'Skipped') as security_run,
    max(date_created) filter (where security_status = 'Pass') as security_success,
    max(date_created) filter (where config_status <> 'Skipped') as config_run,
    max(date_created) filter (where config_status = 'Pass') as config_success,
    max(date_created) filter (where inventory_status <> 'Skipped') as inventory_run,
    max(date_created) filter (where inventory_status = 'Pass') as inventory_success,
    max(date_created) filter (where marketplace_status <> 'Skipped') as marketplace_run,
    max(date_created) filter (where marketplace_status = 'Pass') as marketplace_success,
    max(date_created) filter (where trusted_advisor_status <> 'Skipped') as trusted_advisor_run,
    max(date_created) filter (where trusted_advisor_status = 'Pass') as trusted_advisor_success,
    max(date_created) filter (where health_status <> 'Skipped') as health_run,
    max(date_created) filter (where health_status = 'Pass') as health_success,
    max(date_created) filter (where application_status <> 'Skipped') as application_run,
    max(date_created) filter (where application_status = 'Pass') as application_success,
    max(date_created) filter (where resilience_hub_status <> 'Skipped') as resilience_hub_run,
    max(date_created) filter (where resilience_hub_status = 'Pass') as resilience_hub_success,
    max(date_created) filter (where compute_optimizer_status <> 'Skipped') as compute_optimizer_run,
    max(date_created) filter (where compute_optimizer_status = 'Pass') as compute_optimizer_success,
    max(date_created) filter (where ri_sp_savings_status <> 'Skipped') as ri_sp_savings_run,
    max(date_created) filter (where ri_sp_savings_status = 'Pass') as ri_sp_savings_success,
    max(date_created) filter (where service_resources_status <> 'Skipped') as service_resources_run,
    max(date_created) filter (where service_resources_status = 'Pass') as service_resources_success,
    max(date_created) filter (where config_inventory_status <> 'Skipped') as config_inventory_run,
    max(date_created) filter (where config_inventory_status = 'Pass') as config_inventory_success,
    max(date_created) filter (where support_tickets_status <> 'Skipped') as support_tickets_run,
    max(date_created) filter (where support_tickets_status = 'Pass') as support_tickets_success,
    max(date_created) filter (where iam_status <> 'Skipped') as iam_run,
    max(date_created) filter (where iam_status = 'Pass') as iam_success
  from run
  group by account_id
)
select
  a.account_id as account,
  a.region as account_region,
  s.service,
  case
    when s.run_at is null then 'Skipped'
    when s.run_at = s.success_at then 'Pass'
    else coalesce(to_jsonb(l) ->> (s.service || '_status'), 'Fail')
  end::varchar as last_outcome,
  coalesce(s.run_at, n.newest) as last_run_at,
  s.success_at as last_success_at,
  now() - s.success_at as age,
  (
    select string_agg(case when m.message_type = s.service then '' else m.message_type || ': ' end || m.message, '; ' order by m.id)
    from log_messages m
    where m.log_id = l.id and m.message_type = any (s.kinds) and m.message not in ('Pass', 'Fail', 'Skipped')
  ) as reason
from accounts a
join seen n on n.account_id = a.id
cross join lateral (
  values
    ('account', n.account_run, n.account_success, '{account}'::text[]),
    ('cost', n.cost_run, n.cost_success, '{cost,service}'::text[]),
    ('service', n.service_run, n.service_success, '{service}'::text[]),
    ('security', n.security_run, n.security_success, '{security,security_hub,guard_duty,kms,waf,cloudtrail,secrets_manager,certificate_manager,inspector}'::text[]),
    ('config', n.config_run, n.config_success, '{config}'::text[]),
    ('inventory', n.inventory_run, n.inventory_success, '{inventory,instances}'::text[]),
    ('marketplace', n.marketplace_run, n.marketplace_success, '{marketplace,service}'::text[]),
    ('trusted_advisor', n.trusted_advisor_run, n.trusted_advisor_success, '{trusted_advisor}'::text[]),
    ('health', n.health_run, n.health_success, '{health}'::text[]),
    ('application', n.application_run, n.application_success, '{application}'::text[]),
    ('resilience_hub', n.resilience_hub_run, n.resilience_hub_success, '{resilience_hub}'::text[]),
    ('compute_optimizer', n.compute_optimizer_run, n.compute_optimizer_success, '{compute_optimizer}'::text[]),
    ('ri_sp_savings', n.ri_sp_savings_run, n.ri_sp_savings_success, '{ri_sp_savings}'::text[]),
    ('service_resources', n.service_resources_run, n.service_resources_success, '{service_resources}'::text[]),
    ('config_inventory', n.config_inventory_run, n.config_inventory_success, '{config_inventory}'::text[]),
    ('support_tickets', n.support_tickets_run, n.support_tickets_success, '{support_tickets}'::text[]),
    ('iam', n.iam_run, n.iam_success, '{iam}'::text[])
) s (service, run_at, success_at, kinds)
left join logs l on l.account_id = a.id and l.date_created = s.run_at
where s.run_at is not null or s.service <> 'iam';

comment on view view360.coverage is
  'Freshness: one row per account, region and service, with the last outcome, the last success and the reason.';
comment on column view360.coverage.account is '12-digit AWS account id.';
comment on column view360.coverage.account_region is 'Region that was collected.';
comment on column view360.coverage.service is 'Section of the snapshot.';
comment on column view360.coverage.last_outcome is 'Pass or Fail, in the newest run that read the service; Skipped if none did.';
comment on column view360.coverage.last_run_at is 'When that run collected, or the newest one if none read the service.';
comment on column view360.coverage.last_success_at is 'When the newest run with Pass collected; null if there is none.';
comment on column view360.coverage.age is 'Time since then.';
comment on column view360.coverage.reason is 'What that run said about the service; null if nothing.';
