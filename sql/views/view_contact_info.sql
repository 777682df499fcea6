create view view_contact_info as
select
  ci.id, ci.account_id, ci.address_line1, ci.address_line2, ci.address_line3, ci.city,
  ci.country_code, ci.postal_code, ci.state_or_region, ci.company_name, ci.phone_number,
  ci.website_url, ci.full_name, ci.created_at, ci.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from contact_info ci
join view360.account_labels l on l.account_row_id = ci.account_id;

comment on view view_contact_info is 'Primary contacts: one row per contact_info row.';
