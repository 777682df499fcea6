-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from inventory_patches t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from inventory_patches t where t.account_id = $1
) v;

-- Reads the ids of at most $2 possible parents.
select "instance_id"::text, id from inventory_instances where account_id = $1 limit $2;

-- Copies rows into a table that has none of the account.
copy inventory_patches ("account_id", "instance_id", "title", "classification", "severity", "state", "installed_time",
    observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_inventory_patches (_row integer, _parent integer,
    "_parent_key" character varying(255), "title" character varying(255), "classification" character varying(100),
    "severity" character varying(50), "state" character varying(50), "installed_time" timestamp with time zone);

-- Copies rows to the temporary table.
copy temp_inventory_patches (_row, _parent, "_parent_key", "title", "classification", "severity", "state",
    "installed_time") from stdin;

-- Rejects rows without a parent.
delete from temp_inventory_patches x
where $1::integer is not null and not exists (select from (select * from inventory_instances where account_id in
    (select b.id from accounts a join accounts b on b.account_id = a.account_id where a.id = $1)) p where
    p."instance_id" = x._parent_key)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into inventory_patches as t ("account_id", "instance_id", "title", "classification", "severity", "state",
    "installed_time", observed_at)
  select s."account_id", s."instance_id", s."title", s."classification", s."severity", s."state", s."installed_time",
    $2::timestamptz
  from (select $1::integer as account_id, p.id as "instance_id", x.* from temp_inventory_patches x
  join (select * from inventory_instances where account_id in (select b.id from accounts a join accounts b on
    b.account_id = a.account_id where a.id = $1)) p on p."instance_id" = x._parent_key) s
  left join inventory_patches t on t."instance_id" = s."instance_id" and t."title" = s."title"
    and t."instance_id" = any (array(select id from (select * from inventory_instances where account_id in (select b.id
    from accounts a join accounts b on b.account_id = a.account_id where a.id = $1)) p))
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."instance_id", t."title", t."classification", t."severity", t."state", t."installed_time")
    is distinct from (s."account_id", s."instance_id", s."title", s."classification", s."severity", s."state",
    s."installed_time"))
  on conflict ("instance_id", "title") do update
  set "classification" = excluded."classification", "severity" = excluded."severity", "state" = excluded."state",
    "installed_time" = excluded."installed_time", "account_id" = excluded."account_id",
    observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_inventory_patches x
where $1::integer is not null and coalesce(pg_column_size(x."title"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_inventory_patches group by _parent_key, "title" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_inventory_patches x
using (select ctid, row_number() over (partition by _parent_key, "title" order by _parent desc,
    _row desc) as n from temp_inventory_patches) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update inventory_patches t set observed_at = $2
from (select $1::integer as account_id, p.id as "instance_id", x.* from temp_inventory_patches x
  join (select * from inventory_instances where account_id in (select b.id from accounts a join accounts b on
    b.account_id = a.account_id where a.id = $1)) p on p."instance_id" = x._parent_key) s
where t."instance_id" = s."instance_id" and t."title" = s."title"
    and t."instance_id" = any (array(select id from (select * from inventory_instances where account_id in (select b.id
    from accounts a join accounts b on b.account_id = a.account_id where a.id = $1)) p)) and coalesce(t.observed_at,
    '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from inventory_patches t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id, p.id as "instance_id",
    x.* from temp_inventory_patches x
  join (select * from inventory_instances where account_id in (select b.id from accounts a join accounts b on
    b.account_id = a.account_id where a.id = $1)) p on p."instance_id" = x._parent_key) s where t."instance_id" =
    s."instance_id" and t."title" = s."title")
returning t.id
)
select array[(select count(*) from gone)];

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from inventory_patches t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
