create view view_alternate_contacts as
select
  ac.id, ac.account_id, ac.contact_type, ac.full_name, ac.title, ac.email, ac.phone_number,
  ac.created_at, ac.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from alternate_contacts ac
join view360.account_labels l on l.account_row_id = ac.account_id;

comment on view view_alternate_contacts is 'Billing, operations and security contacts: one row per alternate_contacts row.';
