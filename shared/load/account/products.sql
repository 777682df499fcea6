-- $1 the names, each once whatever its case. What people have made of a product stays.
insert into products (name, owner)
select name, 'System' from unnest($1::text[]) as v (name)
on conflict (lower(name)) do nothing
