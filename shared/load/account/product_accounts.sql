-- Links an accounts row ($1) to products ($2 names). It is a separate statement, so that it sees products that another
-- account's load has added since.
insert into product_accounts (product_id, account_id)
select p.id, $1::integer from products p where lower(p.name) in (select lower(name) from unnest($2::text[]) as v (name))
on conflict (product_id, account_id) do nothing
