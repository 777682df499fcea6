create view view_inventory_patches as
select
  ip.id, ip.account_id, ip.instance_id, ip.title, ip.classification, ip.severity, ip.state,
  ip.installed_time, ip.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  i.instance_id as instance_name, i.instance_type
from inventory_patches ip
join inventory_instances i on i.id = ip.instance_id
join view360.account_labels l on l.account_row_id = ip.account_id;

comment on view view_inventory_patches is 'Patches per instance: one row per inventory_patches row with a non-NULL instance.';
comment on column view_inventory_patches.instance_name is 'Id of the EC2 or managed instance.';
