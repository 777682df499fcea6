-- $1 the accounts row, $2 the names. It is a statement of its own, so that it sees products that another account's load
-- has added meanwhile.
insert into product_accounts (product_id, account_id)
select p.id, $1::integer from products p where lower(p.name) in (select lower(name) from unnest($2::text[]) as v (name))
on conflict (product_id, account_id) do nothing
