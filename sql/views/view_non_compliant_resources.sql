create view view_non_compliant_resources as
select
  ncr.id, ncr.config_report_id, ncr.resource_type, ncr.resource_id, ncr.compliance_type,
  ncr.rule_name, ncr.created_at, ncr.annotation, ncr.evaluation_mode, ncr.conformance_pack,
  ncr.status,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from non_compliant_resources ncr
join config_reports r on r.id = ncr.config_report_id
join view360.account_labels l on l.account_row_id = r.account_id;

comment on view view_non_compliant_resources is 'Rule evaluations: one row per non_compliant_resources row.';
