-- Inserts products by name ($1), each once regardless of case. A stored product, which people may have edited, stays.
insert into products (name, owner)
select name, 'System' from unnest($1::text[]) as v (name)
order by lower(name) -- loads that run at the same time lock them in one order
on conflict (lower(name)) do nothing
