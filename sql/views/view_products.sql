-- The account columns are null, because a row is one product. view_acct_products has its accounts.
create view view_products as
select
  id, name, owner, position, description, created_at, updated_at,
  null::text as account, null::text as account_region, null::text as account_name,
  null::text as account_type, null::text as account_category, null::text as account_status,
  null::text as account_partner, null::text as account_customer, null::text as account_full,
  name as project_product_name
from products;

comment on view view_products is 'Product catalog: one row per product.';
comment on column view_products.account is 'Null.';
comment on column view_products.account_region is 'Null.';
comment on column view_products.account_name is 'Null.';
comment on column view_products.account_type is 'Null.';
comment on column view_products.account_category is 'Null.';
comment on column view_products.account_status is 'Null.';
comment on column view_products.account_partner is 'Null.';
comment on column view_products.account_customer is 'Null.';
comment on column view_products.account_full is 'Null.';
comment on column view_products.project_product_name is 'Same as name.';
