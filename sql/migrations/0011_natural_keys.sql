-- Every table gets a natural key, so that loading a snapshot twice has no effect. In the Python version, these tables had
-- no key, or one with too few or too many columns, so rows with the same key are first reduced to the newest one;
-- view360.superseded_rows keeps the others.
-- +goose Up

-- Two spellings of one product: links move to the product that an operator maintains, or the newest one.
with ranked as (
  select l.id, first_value(l.id) over (partition by l.account_id, lower(p.name) order by l.id) as kept
  from product_accounts l join products p on p.id = l.product_id
), gone as (
  delete from product_accounts l using ranked r where l.id = r.id and r.id <> r.kept returning l.*
)
insert into view360.superseded_rows (table_name, content, reason)
select 'product_accounts', to_jsonb(gone), 'same product' from gone;
select view360.fold('products', 'lower(name)', '{product_accounts.product_id}', $$owner = 'System', id desc$$);
create unique index products_lower_name_key on products (lower(name));

select view360.fold('services', 'account_id, service, usage_types, date_from, period_granularity');
alter table services add constraint services_natural_key
  unique nulls not distinct (account_id, service, usage_types, date_from, period_granularity);

select view360.fold('cost_reports', 'account_id, period_start, region, period_granularity',
  '{service_costs.cost_report_id, cost_forecasts.cost_report_id}');
alter table cost_reports add constraint cost_reports_natural_key
  unique nulls not distinct (account_id, period_start, region, period_granularity);

select view360.fold('service_costs', 'cost_report_id, service_name, region');
alter table service_costs add constraint service_costs_natural_key
  unique nulls not distinct (cost_report_id, service_name, region);

select view360.fold('cost_forecasts', 'cost_report_id, period_start, region');
alter table cost_forecasts add constraint cost_forecasts_natural_key
  unique nulls not distinct (cost_report_id, period_start, region);

select view360.fold('guard_duty_findings', 'account_id, detector_id');
alter table guard_duty_findings add constraint guard_duty_findings_natural_key
  unique nulls not distinct (account_id, detector_id);

select view360.fold('kms_keys', 'account_id, key_id');
alter table kms_keys add constraint kms_keys_natural_key
  unique nulls not distinct (account_id, key_id);

select view360.fold('waf_rules', 'account_id, waf_id');
alter table waf_rules add constraint waf_rules_natural_key
  unique nulls not distinct (account_id, waf_id);

-- A regional and a CloudFront web ACL may share a name.
select view360.fold('waf_rules_detailed', 'account_id, web_acl_name, rule_name, scope');
alter table waf_rules_detailed
  drop constraint waf_rules_detailed_account_id_web_acl_name_rule_name_key,
  add constraint waf_rules_detailed_natural_key
    unique nulls not distinct (account_id, web_acl_name, rule_name, scope);

-- An organization trail has one ARN in every member account, and a public health event one in all of AWS.
select view360.fold('cloudtrail_logs', 'account_id, arn');
alter table cloudtrail_logs
  drop constraint cloudtrail_logs_arn_key,
  add constraint cloudtrail_logs_natural_key unique nulls not distinct (account_id, arn);

select view360.fold('health_events', 'account_id, arn');
alter table health_events
  drop constraint health_events_arn_key,
  add constraint health_events_natural_key unique nulls not distinct (account_id, arn);

select view360.fold('non_compliant_resources',
  'config_report_id, rule_name, resource_type, resource_id, evaluation_mode');
alter table non_compliant_resources add constraint non_compliant_resources_natural_key
  unique nulls not distinct (config_report_id, rule_name, resource_type, resource_id, evaluation_mode);

select view360.fold('inventory_applications', 'instance_id, name, version, architecture');
alter table inventory_applications add constraint inventory_applications_natural_key
  unique nulls not distinct (instance_id, name, version, architecture);

select view360.fold('inventory_patches', 'instance_id, title');
alter table inventory_patches add constraint inventory_patches_natural_key
  unique nulls not distinct (instance_id, title);

select view360.fold('service_resources', 'account_id, service_name, resource_type, resource_id');
alter table service_resources add constraint service_resources_natural_key
  unique nulls not distinct (account_id, service_name, resource_type, resource_id);

select view360.fold('compute_optimizer', 'account_id, resource_arn');
alter table compute_optimizer add constraint compute_optimizer_natural_key
  unique nulls not distinct (account_id, resource_arn);

-- Resources of several types can share an id: an instance, and its inventory as a managed node.
select view360.fold('config_inventory', 'account_id, resource_type, resource_subtype, resource_id');
drop index if exists idx_config_inventory_unique_resource;
alter table config_inventory add constraint config_inventory_natural_key
  unique nulls not distinct (account_id, resource_type, resource_subtype, resource_id);
