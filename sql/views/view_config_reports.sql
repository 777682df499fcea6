create view view_config_reports as
select
  cr.id, cr.account_id, cr.date_from, cr.date_to, cr.compliance_score, cr.total_rules,
  cr.compliant_rules, cr.non_compliant_rules, cr.curr_non_compliant, cr.curr_compliant,
  cr.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  cr.period_granularity
from config_reports cr
join view360.account_labels l on l.account_row_id = cr.account_id;

comment on view view_config_reports is 'AWS Config compliance totals per day: one row per config_reports row.';
