-- Inserts products by name ($1), each once regardless of case. A stored product, which people may have edited, stays.
insert into products (name, owner)
select name, 'System' from unnest($1::text[]) as v (name)
on conflict (lower(name)) do nothing
