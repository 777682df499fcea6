create view view_acct_security_findings_details as
select
  f.id, f.security_id, f.finding_id, f.service, f.title, f.description, f.severity, f.status,
  f.resource_type, f.resource_id, f.created_at, f.updated_at, f.recommendation, f.compliance_status,
  f.region, f.workflow_state, f.record_state, f.product_name, f.company_name, f.product_arn,
  f.generator_id, f.generator,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from findings f
join security s on s.id = f.security_id
join view360.account_labels l on l.account_row_id = s.account_id;

comment on view view_acct_security_findings_details is 'Security Hub findings: one row per findings row.';
