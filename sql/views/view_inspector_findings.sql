create view view_inspector_findings as
select
  if.id, if.account_id, if.finding_arn, if.severity, if.status, if.type, if.title, if.description,
  if.first_observed_at, if.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from inspector_findings if
join view360.account_labels l on l.account_row_id = if.account_id;

comment on view view_inspector_findings is 'Inspector findings: one row per inspector_findings row.';
