-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from secrets_manager_secrets t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from secrets_manager_secrets t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy secrets_manager_secrets ("account_id", "name", "arn", "description", "created_date", "last_changed_date",
    "rotation_enabled", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_secrets_manager_secrets (_row integer, _parent integer,
    "name" character varying(255), "arn" character varying(255), "description" text,
    "created_date" timestamp with time zone, "last_changed_date" timestamp with time zone, "rotation_enabled" boolean);

-- Copies rows to the temporary table.
copy temp_secrets_manager_secrets (_row, _parent, "name", "arn", "description", "created_date", "last_changed_date",
    "rotation_enabled") from stdin;

-- Rejects rows that another account has reported.
delete from temp_secrets_manager_secrets x using secrets_manager_secrets t
join accounts o on o.id = t.account_id
where x."arn" = t."arn" and o.account_id <> (select account_id from accounts where id = $1)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into secrets_manager_secrets as t ("account_id", "name", "arn", "description", "created_date",
    "last_changed_date", "rotation_enabled", observed_at)
  select s."account_id", s."name", s."arn", s."description", s."created_date", s."last_changed_date",
    s."rotation_enabled", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_secrets_manager_secrets x) s
  left join secrets_manager_secrets t on t."arn" = s."arn"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."name", t."arn", t."description", t."created_date", t."last_changed_date",
    t."rotation_enabled")
    is distinct from (s."account_id", s."name", s."arn", s."description", s."created_date", s."last_changed_date",
    s."rotation_enabled"))
  on conflict ("arn") do update
  set "name" = excluded."name", "description" = excluded."description", "created_date" = excluded."created_date",
    "last_changed_date" = excluded."last_changed_date", "rotation_enabled" = excluded."rotation_enabled",
    "account_id" = excluded."account_id", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
    and (select account_id from accounts where id = t.account_id) = (select account_id from accounts where id = $1)
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_secrets_manager_secrets x
where $1::integer is not null and coalesce(pg_column_size(x."arn"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_secrets_manager_secrets group by "arn" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_secrets_manager_secrets x
using (select ctid, row_number() over (partition by "arn" order by _parent desc,
    _row desc) as n from temp_secrets_manager_secrets) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update secrets_manager_secrets t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_secrets_manager_secrets x) s
where t."arn" = s."arn" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from secrets_manager_secrets t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_secrets_manager_secrets x) s where t."arn" = s."arn")
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
from secrets_manager_secrets t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
