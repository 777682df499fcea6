create view view_compute_optimizer as
select
  co.id, co.account_id, co.resource_type, co.resource_arn, co.resource_name, co.finding,
  co.current_instance_type, co.current_memory_size, co.current_volume_type, co.current_volume_size,
  co.recommended_instance_type, co.recommended_memory_size, co.recommended_volume_type,
  co.recommended_volume_size, co.savings_opportunity_percentage, co.estimated_monthly_savings_usd,
  co.performance_risk, co.cpu_utilization_max, co.memory_utilization_avg, co.migration_effort,
  co.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from compute_optimizer co
join view360.account_labels l on l.account_row_id = co.account_id;

comment on view view_compute_optimizer is 'Compute Optimizer recommendations: one row per compute_optimizer row.';
