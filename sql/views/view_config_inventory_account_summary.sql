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
