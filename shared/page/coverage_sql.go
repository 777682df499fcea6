package page

// newestSections is view360.coverage with one difference: a run that left a section out, such as a backfill of one
// service, does not hide the run that read it. Of each account and region the newest 1,000 runs are looked at, until one
// is found. Sections without a status of their own have a message instead.
const newestSections = `
select c.account, a.account_name as name, c.account_region as region, c.service as section,
  coalesce(run.outcome, 'Skipped') as outcome, coalesce(run.id, 0)::bigint as run,
  coalesce(run.date_created, c.last_run_at) as run_at, c.last_success_at as success_at
from view360.coverage c
join view_accounts a on a.account = c.account and a.account_region = c.account_region
left join lateral (
  select id, date_created, outcome
  from (
    select l.id, l.date_created, case c.service
      when 'account' then l.account_status when 'cost' then cost_status when 'service' then service_status
      when 'security' then security_status when 'config' then config_status when 'inventory' then inventory_status
      when 'marketplace' then marketplace_status when 'trusted_advisor' then trusted_advisor_status
      when 'health' then health_status when 'application' then application_status
      when 'resilience_hub' then resilience_hub_status
      else (
        select case when bool_or(m.message = 'Skipped') then 'Skipped' else 'Pass' end
        from view_acct_log_messages m where m.log_id = l.id and m.message_type = c.service)
      end as outcome
    from view_acct_logs l
    where l.account = c.account and l.account_region = c.account_region
    order by l.date_created desc, l.id desc
    limit 1000
  ) runs
  where outcome <> 'Skipped'
  limit 1
) run on true
where c.account = any(@accounts) and (@region = '' or c.account_region = @region)`

// runMessages are what runs said about sources.
const runMessages = `
select log_id::bigint as run, message_type as kind, message as text
from view_acct_log_messages
where log_id = any(@runs) and message_type not in ('LOAD', 'REJECTED', 'INFO')
order by id`
