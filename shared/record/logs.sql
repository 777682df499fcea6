-- One row per accounts row and snapshot: $1 the accounts row, $2 when the snapshot was collected, $3 to
-- $13 the statuses, $14 when they were observed. It returns null for the id when a newer version has been recorded.
with written as (
  insert into logs as l (account_id, date_created, account_status, cost_status, service_status, security_status,
    config_status, inventory_status, marketplace_status, trusted_advisor_status, health_status, application_status,
    resilience_hub_status, observed_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  on conflict (account_id, date_created) do update set account_status = excluded.account_status,
    cost_status = excluded.cost_status, service_status = excluded.service_status,
    security_status = excluded.security_status, config_status = excluded.config_status,
    inventory_status = excluded.inventory_status, marketplace_status = excluded.marketplace_status,
    trusted_advisor_status = excluded.trusted_advisor_status, health_status = excluded.health_status,
    application_status = excluded.application_status, resilience_hub_status = excluded.resilience_hub_status,
    updated_at = current_timestamp, observed_at = excluded.observed_at
  where coalesce(l.observed_at, '-infinity') <= excluded.observed_at and (l.account_status, l.cost_status, l.service_status, l.security_status, l.config_status, l.inventory_status,
    l.marketplace_status, l.trusted_advisor_status, l.health_status, l.application_status, l.resilience_hub_status)
    is distinct from (excluded.account_status, excluded.cost_status, excluded.service_status, excluded.security_status,
    excluded.config_status, excluded.inventory_status, excluded.marketplace_status, excluded.trusted_advisor_status,
    excluded.health_status, excluded.application_status, excluded.resilience_hub_status)
  returning id, case when xmax = 0 then 'created' else 'updated' end as outcome
)
select id, outcome from written
union all
select case when coalesce(observed_at, '-infinity') <= $14 then id end, 'unchanged'
from logs where account_id = $1 and date_created = $2 and not exists (select from written)
