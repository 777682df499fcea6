-- The last ten columns of most views. Of several products, the first of the newest list is shown. It is a left join, which the
-- planner omits if a query does not read the product.
create view view360.account_labels as
select
  a.id as account_row_id,
  a.account_id as account,
  a.region as account_region,
  a.account_name,
  a.account_type,
  a.category as account_category,
  a.account_status,
  a.partner_name as account_partner,
  a.customer_name as account_customer,
  concat(a.account_id, '-', a.account_name) as account_full,
  first.name as project_product_name
from accounts a
left join (
  select distinct on (pa.account_id) pa.account_id, p.name
  from product_accounts pa
  join products p on p.id = pa.product_id
  order by pa.account_id, pa.observed_at desc nulls last, pa.position, pa.id
) first on first.account_id = a.id;

comment on view view360.account_labels is 'Labels of an account in dashboards: one row per accounts row.';
comment on column view360.account_labels.account_row_id is 'accounts.id.';
comment on column view360.account_labels.account is '12-digit AWS account id.';
comment on column view360.account_labels.account_region is 'Region that was collected.';
comment on column view360.account_labels.account_name is 'Name of the account.';
comment on column view360.account_labels.account_type is 'Environment label, such as PRODUCTION.';
comment on column view360.account_labels.account_category is 'Category label, such as Internet.';
comment on column view360.account_labels.account_status is 'Status of the account.';
comment on column view360.account_labels.account_partner is 'Partner label.';
comment on column view360.account_labels.account_customer is 'Customer label.';
comment on column view360.account_labels.account_full is 'Account id, hyphen, account name.';
comment on column view360.account_labels.project_product_name is 'First product of the account''s newest list; without one, the product that was linked first.';
