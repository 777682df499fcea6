create view view_inventory_instances as
select
  ii.id, ii.account_id, ii.instance_id, ii.instance_type, ii.platform, ii.ip_address,
  ii.computer_name, ii.ping_status, ii.last_ping_date_time, ii.agent_version, ii.created_at,
  ii.platform_type, ii.platform_version, ii.is_latest_version, ii.association_status,
  ii.association_execution_date, ii.association_success_date,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from inventory_instances ii
join view360.account_labels l on l.account_row_id = ii.account_id;

comment on view view_inventory_instances is 'Managed instances: one row per inventory_instances row.';
