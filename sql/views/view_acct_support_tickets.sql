create view view_acct_support_tickets as
select
  st.id, st.account_id, st.case_id, st.display_id, st.subject, st.status, st.severity_code,
  st.service_code, st.category_code, st.time_created, st.submitted_by, st.language, st.date_from,
  st.date_to, st.created_at, st.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from support_tickets st
join view360.account_labels l on l.account_row_id = st.account_id;

comment on view view_acct_support_tickets is 'Support cases: one row per support_tickets row.';
