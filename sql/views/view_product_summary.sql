-- The figures are those of the whole account, repeated for each of its products; divide by products_in_account before
-- summing up over products.
create view view_product_summary as
select
  a.id as account_id,
  l.account, l.account_region, l.account_name, l.account_full,
  p.name as project_product_name,
  a.csp as account_csp,
  l.account_type, l.account_category, l.account_status, l.account_partner, l.account_customer,
  p.id as product_id, p.owner as product_owner, p.position as product_position,
  p.description as product_description,
  c.period_granularity, c.date_from, c.date_to,
  c.current_period_cost, c.previous_period_cost, c.cost_difference, c.cost_difference_percentage,
  c.potential_savings,
  c.service_count, c.unique_services, c.total_service_cost, c.services_used,
  s.total_findings, s.open_findings, s.resolved_findings, s.critical_findings, s.high_findings,
  s.medium_findings, s.low_findings, s.resolution_rate as security_resolution_rate,
  a.account_email, a.joined_method, a.joined_timestamp,
  floor(extract(epoch from now() - a.joined_timestamp) / 86400) as account_age_days,
  greatest((select count(*) from product_accounts o where o.account_id = a.id), 1) as products_in_account
from accounts a
join view360.account_labels l on l.account_row_id = a.id
left join product_accounts pa on pa.account_id = a.id
left join products p on p.id = pa.product_id
left join view360.latest_costs c on c.account_row_id = a.id
left join view360.security_totals s on s.account_row_id = a.id;

comment on view view_product_summary is
  'Product overview with the figures of the linked account: one row per accounts row, linked product (or none) and granularity.';
comment on column view_product_summary.account_csp is 'Cloud provider: AWS.';
comment on column view_product_summary.product_owner is 'Owner of the product.';
comment on column view_product_summary.product_position is 'Position of the product.';
comment on column view_product_summary.product_description is 'Description of the product.';
comment on column view_product_summary.account_age_days is 'Complete days since the account joined.';
comment on column view_product_summary.products_in_account is
  'Rows that repeat the figures of the account, at least 1.';
comment on column view_product_summary.security_resolution_rate is
  'Resolved findings as a fraction of all; null without findings.';
