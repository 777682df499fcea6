-- Every table gets a key that says when two rows are the same thing, so that loading a snapshot twice
-- changes nothing. The Python version had none on these tables, or one that was too narrow or too wide, so
-- rows with the same key are folded into the newest one first; view360.superseded_rows keeps the others.
-- +goose Up

-- +goose StatementBegin
create function pg_temp.fold(relation regclass, key text, children text[] default '{}', best text default 'id desc')
returns void language plpgsql as $$
declare
  child  text;
  ranked text := format(
    'select id, first_value(id) over (partition by %s order by %s) as kept from %s', key, best, relation);
begin
  foreach child in array children loop
    execute format('update %1$I c set %2$I = r.kept from (%3$s) r where c.%2$I = r.id and r.id <> r.kept',
      split_part(child, '.', 1), split_part(child, '.', 2), ranked);
  end loop;
  execute format('with gone as (
      delete from %1$s t using (%2$s) r where t.id = r.id and r.id <> r.kept returning t.*)
    insert into view360.superseded_rows (table_name, content, migration)
    select %3$L, to_jsonb(gone), ''0011_natural_keys'' from gone', relation, ranked, relation::text);
end $$;
-- +goose StatementEnd

-- Two spellings of one product: links move to the product that a person maintains, or the newest one.
with ranked as (
  select l.id, first_value(l.id) over (partition by l.account_id, lower(p.name) order by l.id) as kept
  from product_accounts l join products p on p.id = l.product_id
), gone as (
  delete from product_accounts l using ranked r where l.id = r.id and r.id <> r.kept returning l.*
)
insert into view360.superseded_rows (table_name, content, migration)
select 'product_accounts', to_jsonb(gone), '0011_natural_keys' from gone;
select pg_temp.fold('products', 'lower(name)', '{product_accounts.product_id}', $$owner = 'System', id desc$$);
create unique index products_lower_name_key on products (lower(name));

select pg_temp.fold('services', 'account_id, service, usage_types, date_from, period_granularity');
alter table services add constraint services_natural_key
  unique nulls not distinct (account_id, service, usage_types, date_from, period_granularity);

select pg_temp.fold('cost_reports', 'account_id, period_start, region, period_granularity',
  '{service_costs.cost_report_id, cost_forecasts.cost_report_id}');
alter table cost_reports add constraint cost_reports_natural_key
  unique nulls not distinct (account_id, period_start, region, period_granularity);

select pg_temp.fold('service_costs', 'cost_report_id, service_name, region');
alter table service_costs add constraint service_costs_natural_key
  unique nulls not distinct (cost_report_id, service_name, region);

select pg_temp.fold('cost_forecasts', 'cost_report_id, period_start, region');
alter table cost_forecasts add constraint cost_forecasts_natural_key
  unique nulls not distinct (cost_report_id, period_start, region);

select pg_temp.fold('guard_duty_findings', 'account_id, detector_id');
alter table guard_duty_findings add constraint guard_duty_findings_natural_key
  unique nulls not distinct (account_id, detector_id);

select pg_temp.fold('kms_keys', 'account_id, key_id');
alter table kms_keys add constraint kms_keys_natural_key
  unique nulls not distinct (account_id, key_id);

select pg_temp.fold('waf_rules', 'account_id, waf_id');
alter table waf_rules add constraint waf_rules_natural_key
  unique nulls not distinct (account_id, waf_id);

-- A regional and a CloudFront web ACL may share a name.
select pg_temp.fold('waf_rules_detailed', 'account_id, web_acl_name, rule_name, scope');
alter table waf_rules_detailed
  drop constraint waf_rules_detailed_account_id_web_acl_name_rule_name_key,
  add constraint waf_rules_detailed_natural_key
    unique nulls not distinct (account_id, web_acl_name, rule_name, scope);

-- An organisation trail has one ARN in every member account, and a public health event one in all of AWS.
select pg_temp.fold('cloudtrail_logs', 'account_id, arn');
alter table cloudtrail_logs
  drop constraint cloudtrail_logs_arn_key,
  add constraint cloudtrail_logs_natural_key unique nulls not distinct (account_id, arn);

select pg_temp.fold('health_events', 'account_id, arn');
alter table health_events
  drop constraint health_events_arn_key,
  add constraint health_events_natural_key unique nulls not distinct (account_id, arn);

select pg_temp.fold('non_compliant_resources',
  'config_report_id, rule_name, resource_type, resource_id, evaluation_mode');
alter table non_compliant_resources add constraint non_compliant_resources_natural_key
  unique nulls not distinct (config_report_id, rule_name, resource_type, resource_id, evaluation_mode);

select pg_temp.fold('inventory_applications', 'instance_id, name, version, architecture');
alter table inventory_applications add constraint inventory_applications_natural_key
  unique nulls not distinct (instance_id, name, version, architecture);

select pg_temp.fold('inventory_patches', 'instance_id, title');
alter table inventory_patches add constraint inventory_patches_natural_key
  unique nulls not distinct (instance_id, title);

select pg_temp.fold('service_resources', 'account_id, service_name, resource_type, resource_id');
alter table service_resources add constraint service_resources_natural_key
  unique nulls not distinct (account_id, service_name, resource_type, resource_id);

select pg_temp.fold('compute_optimizer', 'account_id, resource_arn');
alter table compute_optimizer add constraint compute_optimizer_natural_key
  unique nulls not distinct (account_id, resource_arn);

drop function pg_temp.fold(regclass, text, text[], text);
