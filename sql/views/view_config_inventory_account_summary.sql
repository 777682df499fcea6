create view view_config_inventory_account_summary as
select
  a.account_id, a.account_name,
  count(*) as total_resources,
  count(distinct ci.resource_type) as unique_resource_types,
  count(distinct ci.region) as regions_used,
  count(distinct ci.availability_zone) as availability_zones_used,
  count(*) filter (where lower(ci.state) in ('running', 'available', 'in-use', 'active')) as active_resources,
  coalesce(sum(ci.size_gb), 0) as total_storage_gb,
  count(*) filter (where ci.resource_type = 'EC2') as ec2_instances,
  count(*) filter (where ci.resource_type = 'RDS') as rds_instances,
  count(*) filter (where ci.resource_type = 'S3') as s3_buckets,
  count(*) filter (where ci.resource_type = 'EBS') as ebs_volumes,
  count(*) filter (where ci.resource_type = 'VPC') as vpc_resources
from config_inventory ci
join accounts a on a.id = ci.account_id
group by a.account_id, a.account_name;

comment on view view_config_inventory_account_summary is
  'AWS Config resources of an account: one row per account that has any. account_id is the 12-digit id.';
comment on column view_config_inventory_account_summary.total_resources is 'Resources.';
comment on column view_config_inventory_account_summary.unique_resource_types is 'Distinct resource types.';
comment on column view_config_inventory_account_summary.regions_used is 'Distinct regions.';
comment on column view_config_inventory_account_summary.availability_zones_used is 'Distinct availability zones.';
comment on column view_config_inventory_account_summary.active_resources is
  'Resources that are running, available, in use or active.';
comment on column view_config_inventory_account_summary.total_storage_gb is 'Sum of the sizes in GB.';
comment on column view_config_inventory_account_summary.ec2_instances is 'Resources of type EC2.';
comment on column view_config_inventory_account_summary.rds_instances is 'Resources of type RDS.';
comment on column view_config_inventory_account_summary.s3_buckets is 'Resources of type S3.';
comment on column view_config_inventory_account_summary.ebs_volumes is 'Resources of type EBS.';
comment on column view_config_inventory_account_summary.vpc_resources is 'Resources of type VPC.';
