create view view_acct_security as
select
  s.id, s.account_id, s.service, s.total_findings, s.critical_count, s.high_count, s.medium_count,
  s.low_count, s.informational_count, s.open_findings, s.resolved_findings, s.created_at,
  s.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from security s
join view360.account_labels l on l.account_row_id = s.account_id;

comment on view view_acct_security is 'Security Hub counters per product: one row per security row.';
