create view view_config_inventory as
select
  ci.id, ci.account_id, ci.resource_type, ci.resource_subtype, ci.resource_id, ci.resource_name,
  ci.region, ci.availability_zone, ci.state, ci.instance_type, ci.instance_class, ci.engine,
  ci.vpc_id, ci.size_gb, ci.volume_type, ci.creation_date, ci.multi_az, ci.scheme, ci.type,
  ci.instance_count, ci.min_size, ci.max_size, ci.available_ip_count, ci.created_at, ci.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from config_inventory ci
join view360.account_labels l on l.account_row_id = ci.account_id;

comment on view view_config_inventory is 'Resources recorded by AWS Config: one row per config_inventory row.';
