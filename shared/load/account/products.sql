-- $1 the accounts row, $2 the names separated by commas. None is the sender's word for no product.
with named as (
  select distinct on (lower(name)) left(name, 255) as name
  from (select trim(part) as name from regexp_split_to_table($2::text, ',') as part) as parts
  where name <> '' and lower(name) <> 'none'
  order by lower(name)
), added as (
  insert into products (name, owner) select name, 'System' from named
  on conflict (lower(name)) do nothing
  returning id
), linked as (
  insert into product_accounts (product_id, account_id)
  select id, $1::integer from added
  union all
  select p.id, $1::integer from products p join named n on lower(p.name) = lower(n.name)
  on conflict (product_id, account_id) do nothing
  returning 1
)
select (select count(*) from named), (select count(*) from added), (select count(*) from linked)
