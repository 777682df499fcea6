create view view_waf_rules_detailed as
select
  wrd.id, wrd.account_id, wrd.web_acl_name, wrd.rule_name, wrd.priority, wrd.action,
  wrd.statement_type, wrd.is_managed_rule, wrd.is_custom_rule, wrd.rate_limit, wrd.logging_enabled,
  wrd.geo_blocking, wrd.sql_injection, wrd.sample_request_enabled, wrd.cloudwatch_enabled,
  wrd.has_xss_protection, wrd.waf_version, wrd.is_compliant, wrd.scope, wrd.created_at,
  wrd.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from waf_rules_detailed wrd
join view360.account_labels l on l.account_row_id = wrd.account_id;

comment on view view_waf_rules_detailed is 'WAF rules: one row per waf_rules_detailed row.';
