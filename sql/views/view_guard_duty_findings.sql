create view view_guard_duty_findings as
select
  gdf.id, gdf.account_id, gdf.detector_id, gdf.finding_type, gdf.severity, gdf.title,
  gdf.description, gdf.confidence, gdf.region, gdf.created_at, gdf.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from guard_duty_findings gdf
join view360.account_labels l on l.account_row_id = gdf.account_id;

comment on view view_guard_duty_findings is 'GuardDuty findings: one row per guard_duty_findings row.';
