create view view_application_signals as
select
  sig.id, sig.account_id, sig.service_name, sig.namespace, sig.key_attributes, sig.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from application_signals sig
join view360.account_labels l on l.account_row_id = sig.account_id;

comment on view view_application_signals is 'Application Signals services: one row per application_signals row.';
