create view view_resilience_hub_apps as
select
  rha.id, rha.account_id, rha.app_arn, rha.name, rha.compliance_status, rha.resiliency_score,
  rha.status, rha.cost, rha.created_at, rha.description, rha.creation_time,
  rha.last_assessment_time, rha.rpo, rha.rto, rha.last_drill,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from resilience_hub_apps rha
join view360.account_labels l on l.account_row_id = rha.account_id;

comment on view view_resilience_hub_apps is 'Resilience Hub applications: one row per resilience_hub_apps row.';
