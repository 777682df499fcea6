create view view_trusted_advisor_checks as
select
  tac.id, tac.account_id, tac.check_name, tac.category, tac.severity, tac.recommendation,
  tac.affected_resources_count, tac.potential_savings, tac.timestamp, tac.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from trusted_advisor_checks tac
join view360.account_labels l on l.account_row_id = tac.account_id;

comment on view view_trusted_advisor_checks is 'Trusted Advisor checks: one row per trusted_advisor_checks row.';
