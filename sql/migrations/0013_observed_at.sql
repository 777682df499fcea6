-- The time of collection decides which of two snapshots sets a row.
-- The column is the last one of every table; no contract view shows it.
-- +goose Up

alter table accounts add column observed_at timestamptz;
alter table contact_info add column observed_at timestamptz;
alter table alternate_contacts add column observed_at timestamptz;

alter table services add column observed_at timestamptz;
alter table cost_reports add column observed_at timestamptz;
alter table service_costs add column observed_at timestamptz;
alter table cost_forecasts add column observed_at timestamptz;
alter table marketplace_usage add column observed_at timestamptz;
alter table ri_sp_daily_savings add column observed_at timestamptz;

alter table security add column observed_at timestamptz;
alter table findings add column observed_at timestamptz;
alter table guard_duty_findings add column observed_at timestamptz;
alter table kms_keys add column observed_at timestamptz;
alter table waf_rules add column observed_at timestamptz;
alter table waf_rules_detailed add column observed_at timestamptz;
alter table cloudtrail_logs add column observed_at timestamptz;
alter table secrets_manager_secrets add column observed_at timestamptz;
alter table certificates add column observed_at timestamptz;
alter table inspector_findings add column observed_at timestamptz;

alter table config_reports add column observed_at timestamptz;
alter table non_compliant_resources add column observed_at timestamptz;
alter table config_inventory add column observed_at timestamptz;

alter table inventory_instances add column observed_at timestamptz;
alter table inventory_applications add column observed_at timestamptz;
alter table inventory_patches add column observed_at timestamptz;

alter table service_resources add column observed_at timestamptz;
alter table compute_optimizer add column observed_at timestamptz;

alter table trusted_advisor_checks add column observed_at timestamptz;
alter table health_events add column observed_at timestamptz;
alter table application_signals add column observed_at timestamptz;
alter table resilience_hub_apps add column observed_at timestamptz;
alter table support_tickets add column observed_at timestamptz;

alter table logs add column observed_at timestamptz;
alter table log_messages add column observed_at timestamptz;

-- +goose StatementBegin
do $$
declare relation regclass;
begin
  for relation in
    select attrelid::regclass from pg_attribute
    where attname = 'observed_at' and attrelid in (select oid from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r')
  loop
    execute format('comment on column %s.observed_at is %L', relation,
      'When the values of the row were collected; null for rows loaded by the Python version.');
  end loop;
end $$;
-- +goose StatementEnd
