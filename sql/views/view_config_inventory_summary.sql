create view view_config_inventory_summary as
select
  a.account_id, a.account_name, ci.resource_type, ci.resource_subtype, ci.region, ci.availability_zone,
  count(*) as resource_count,
  count(*) filter (where lower(ci.state) in ('running', 'available', 'in-use', 'active')) as active_resources,
  count(*) filter (where lower(ci.state) in ('stopped', 'inactive', 'terminated', 'failed')) as inactive_resources,
  coalesce(sum(ci.size_gb), 0) as total_storage_gb,
  count(ci.creation_date) as resources_with_creation_date
from config_inventory ci
join accounts a on a.id = ci.account_id
group by
  a.account_id, a.account_name, ci.resource_type, ci.resource_subtype, ci.region, ci.availability_zone;

comment on view view_config_inventory_summary is
  'Counts of AWS Config resources: one row per account, type, subtype, region and zone. account_id is the 12-digit id.';
comment on column view_config_inventory_summary.resource_count is 'Resources.';
comment on column view_config_inventory_summary.active_resources is
  'Resources that are running, available, in use or active.';
comment on column view_config_inventory_summary.inactive_resources is
  'Resources that are stopped, inactive, terminated or failed.';
comment on column view_config_inventory_summary.total_storage_gb is 'Sum of the sizes in GB.';
comment on column view_config_inventory_summary.resources_with_creation_date is
  'Resources with a known creation date.';
