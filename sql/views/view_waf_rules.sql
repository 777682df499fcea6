create view view_waf_rules as
select
  wr.id, wr.account_id, wr.name, wr.waf_id, wr.arn, wr.scope, wr.description, wr.default_action,
  wr.rules_count, wr.logging_enabled, wr.geo_blocking_enabled, wr.blocked_countries, wr.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from waf_rules wr
join view360.account_labels l on l.account_row_id = wr.account_id;

comment on view view_waf_rules is 'WAF web ACLs: one row per waf_rules row.';
