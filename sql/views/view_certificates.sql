create view view_certificates as
select
  c.id, c.account_id, c.arn, c.domain_name, c.status, c.type, c.not_after, c.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from certificates c
join view360.account_labels l on l.account_row_id = c.account_id;

comment on view view_certificates is 'Certificates: one row per certificates row.';
