package page

// newestSections is view360.coverage with one difference: a run that left a section out, such as a repair or a backfill
// of one service, does not hide the run that read it. Of each account and region the newest 40 runs are looked at.
const newestSections = `
with recent as (
  select a.account, a.account_region, a.account_name, run.*,
    (select array_agg(m.message_type) from view_acct_log_messages m where m.log_id = run.id and m.message = 'Skipped') as skipped
  from (
    select distinct account, account_region, account_name
    from view_accounts
    where account = any(@accounts) and (@region = '' or account_region = @region)
  ) a
  cross join lateral (
    select id, date_created, account_status, cost_status, service_status, security_status, config_status, inventory_status,
      marketplace_status, trusted_advisor_status, health_status, application_status, resilience_hub_status
    from view_acct_logs l
    where l.account = a.account and l.account_region = a.account_region
    order by date_created desc, id desc
    limit 40
  ) run
), newest as (
  select distinct on (account, account_region, section) account, account_region, account_name, section, outcome, id, date_created
  from recent r
  cross join lateral (
    values ('account', account_status), ('cost', cost_status), ('service', service_status), ('security', security_status),
      ('config', config_status), ('inventory', inventory_status), ('marketplace', marketplace_status),
      ('trusted_advisor', trusted_advisor_status), ('health', health_status), ('application', application_status),
      ('resilience_hub', resilience_hub_status),
      ('compute_optimizer', case when 'compute_optimizer' = any(skipped) then 'Skipped' else 'Pass' end),
      ('ri_sp_savings', case when 'ri_sp_savings' = any(skipped) then 'Skipped' else 'Pass' end),
      ('service_resources', case when 'service_resources' = any(skipped) then 'Skipped' else 'Pass' end),
      ('config_inventory', case when 'config_inventory' = any(skipped) then 'Skipped' else 'Pass' end),
      ('support_tickets', case when 'support_tickets' = any(skipped) then 'Skipped' else 'Pass' end)
  ) of (section, outcome)
  order by account, account_region, section, outcome = 'Skipped', date_created desc, id desc
)
select n.account, n.account_name as name, n.account_region as region, n.section, n.outcome, n.id::bigint as run,
  n.date_created as run_at, c.last_success_at as success_at
from newest n
join view360.coverage c on c.account = n.account and c.account_region = n.account_region and c.service = n.section`

// runMessages are what runs said about sources.
const runMessages = `
select log_id::bigint as run, message_type as kind, message as text
from view_acct_log_messages
where log_id = any(@runs) and message_type not in ('LOAD', 'REJECTED', 'INFO')
order by id`
