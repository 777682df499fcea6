-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from backup_protected_resources t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from backup_protected_resources t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy backup_protected_resources ("account_id", "resource_arn", "resource_type", "resource_name", "last_backup_time",
    "last_vault_arn", "last_recovery_point_arn", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_backup_protected_resources (_row integer, _parent integer,
    "resource_arn" character varying(2048), "resource_type" character varying(100), "resource_name" text,
    "last_backup_time" timestamp with time zone, "last_vault_arn" text, "last_recovery_point_arn" text);

-- Copies rows to the temporary table.
copy temp_backup_protected_resources (_row, _parent, "resource_arn", "resource_type", "resource_name",
    "last_backup_time", "last_vault_arn", "last_recovery_point_arn") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into backup_protected_resources as t ("account_id", "resource_arn", "resource_type", "resource_name",
    "last_backup_time", "last_vault_arn", "last_recovery_point_arn", observed_at)
  select s."account_id", s."resource_arn", s."resource_type", s."resource_name", s."last_backup_time",
    s."last_vault_arn", s."last_recovery_point_arn", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_backup_protected_resources x) s
  left join backup_protected_resources t on t."account_id" = s."account_id" and t."resource_arn" = s."resource_arn"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."resource_arn", t."resource_type", t."resource_name", t."last_backup_time",
    t."last_vault_arn", t."last_recovery_point_arn")
    is distinct from (s."account_id", s."resource_arn", s."resource_type", s."resource_name", s."last_backup_time",
    s."last_vault_arn", s."last_recovery_point_arn"))
  on conflict ("account_id", "resource_arn") do update
  set "resource_type" = excluded."resource_type", "resource_name" = excluded."resource_name",
    "last_backup_time" = excluded."last_backup_time", "last_vault_arn" = excluded."last_vault_arn",
    "last_recovery_point_arn" = excluded."last_recovery_point_arn", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_backup_protected_resources x
where $1::integer is not null and coalesce(pg_column_size(x."resource_arn"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_backup_protected_resources group by _parent, "resource_arn" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_backup_protected_resources x
using (select ctid, row_number() over (partition by _parent, "resource_arn" order by _parent desc,
    _row desc) as n from temp_backup_protected_resources) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update backup_protected_resources t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_backup_protected_resources x) s
where t."account_id" = s."account_id" and t."resource_arn" = s."resource_arn" and coalesce(t.observed_at,
    '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from backup_protected_resources t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_backup_protected_resources x) s where t."account_id" = s."account_id"
    and t."resource_arn" = s."resource_arn")
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
from backup_protected_resources t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
