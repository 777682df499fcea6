create view view_service_resources as
select
  sr.id, sr.account_id, sr.service_name, sr.resource_type, sr.resource_id, sr.resource_name,
  sr.region, sr.availability_zone, sr.state, sr.instance_type, sr.vpc_id, sr.engine,
  sr.instance_class, sr.multi_az, sr.size_gb, sr.volume_type, sr.creation_date, sr.type, sr.scheme,
  sr.instance_count, sr.min_size, sr.max_size, sr.available_ip_count, sr.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from service_resources sr
join view360.account_labels l on l.account_row_id = sr.account_id;

comment on view view_service_resources is 'Resource inventory: one row per service_resources row.';
