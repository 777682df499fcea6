-- States come in several spellings; a state that is in neither list, or missing, counts in neither column.
create view view_service_resources_summary as
select
  l.account as account_id, l.account_region, l.account_name, l.account_type, l.account_category,
  l.account_status, l.account_partner, l.account_customer,
  sr.service_name, sr.resource_type, sr.region as resource_region, sr.availability_zone,
  count(*) as resource_count,
  count(*) filter (where lower(sr.state) in ('running', 'available', 'in-use', 'active')) as active_resources,
  count(*) filter (where lower(sr.state) in ('stopped', 'inactive', 'terminated', 'failed')) as inactive_resources
from service_resources sr
join view360.account_labels l on l.account_row_id = sr.account_id
group by
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer,
  sr.service_name, sr.resource_type, sr.region, sr.availability_zone;

comment on view view_service_resources_summary is
  'Resource counts: one row per account, service, resource type, region and zone. account_id is the 12-digit id.';
comment on column view_service_resources_summary.resource_region is 'Region of the resources.';
comment on column view_service_resources_summary.resource_count is 'Resources.';
comment on column view_service_resources_summary.active_resources is
  'Resources that are running, available, in use or active.';
comment on column view_service_resources_summary.inactive_resources is
  'Resources that are stopped, inactive, terminated or failed.';
