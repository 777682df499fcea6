-- The first columns are those of the instance; the application's own columns are at the end.
create view view_inventory_applications as
select
  ia.name,
  ii.id as ii_id, ii.account_id as ii_account_id, ii.instance_id as ii_instance_id,
  ii.instance_type, ii.platform, ii.ip_address, ii.computer_name, ii.ping_status,
  ii.last_ping_date_time, ii.agent_version, ii.platform_type, ii.platform_version,
  ii.is_latest_version, ii.association_status, ii.association_execution_date,
  ii.association_success_date, ii.created_at as ii_created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  ia.id as app_id, ia.version, ia.publisher, ia.architecture, ia.application_type, ia.install_time,
  ia.created_at as app_created_at
from inventory_applications ia
join inventory_instances ii on ii.id = ia.instance_id
join view360.account_labels l on l.account_row_id = ia.account_id;

comment on view view_inventory_applications is
  'Applications installed on instances: one row per application and instance.';
comment on column view_inventory_applications.ii_id is 'inventory_instances.id.';
comment on column view_inventory_applications.ii_account_id is 'accounts.id of the instance.';
comment on column view_inventory_applications.ii_instance_id is 'Id of the EC2 or managed instance.';
comment on column view_inventory_applications.ii_created_at is 'When the instance was first loaded.';
comment on column view_inventory_applications.app_id is 'inventory_applications.id.';
comment on column view_inventory_applications.app_created_at is 'When the application was first loaded.';
