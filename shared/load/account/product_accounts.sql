-- Links an accounts row ($1) to products ($2 names, in order) observed at $3, and returns how many links are new. It is a
-- separate statement, so that it sees products that another account's load has added since.
with linked as (
  insert into product_accounts as l (product_id, account_id, position, observed_at)
  select p.id, $1::integer, v.position, $3::timestamptz
  from unnest($2::text[]) with ordinality as v (name, position)
  join products p on lower(p.name) = lower(v.name)
  order by p.id
  on conflict (product_id, account_id) do update set position = excluded.position, observed_at = excluded.observed_at
  where coalesce(l.observed_at, '-infinity') < excluded.observed_at
  returning xmax = 0 as created
)
select count(*) filter (where created) from linked
