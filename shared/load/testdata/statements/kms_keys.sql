-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from kms_keys t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from kms_keys t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy kms_keys ("account_id", "key_id", "arn", "description", "key_usage", "key_state", "creation_date", "enabled",
    "key_rotation_enabled", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_kms_keys (_row integer, _parent integer, "key_id" character varying(255),
    "arn" character varying(255), "description" text, "key_usage" character varying(50),
    "key_state" character varying(50), "creation_date" timestamp with time zone, "enabled" boolean,
    "key_rotation_enabled" boolean);

-- Copies rows to the temporary table.
copy temp_kms_keys (_row, _parent, "key_id", "arn", "description", "key_usage", "key_state", "creation_date",
    "enabled", "key_rotation_enabled") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into kms_keys as t ("account_id", "key_id", "arn", "description", "key_usage", "key_state", "creation_date",
    "enabled", "key_rotation_enabled", observed_at)
  select s."account_id", s."key_id", s."arn", s."description", s."key_usage", s."key_state", s."creation_date",
    s."enabled", s."key_rotation_enabled", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_kms_keys x) s
  left join kms_keys t on t."account_id" = s."account_id" and t."key_id" = s."key_id"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."key_id", t."arn", t."description", t."key_usage", t."key_state", t."creation_date",
    t."enabled", t."key_rotation_enabled")
    is distinct from (s."account_id", s."key_id", s."arn", s."description", s."key_usage", s."key_state",
    s."creation_date", s."enabled", s."key_rotation_enabled"))
  on conflict ("account_id", "key_id") do update
  set "arn" = excluded."arn", "description" = excluded."description", "key_usage" = excluded."key_usage",
    "key_state" = excluded."key_state", "creation_date" = excluded."creation_date", "enabled" = excluded."enabled",
    "key_rotation_enabled" = excluded."key_rotation_enabled", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_kms_keys x
where $1::integer is not null and coalesce(pg_column_size(x."key_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_kms_keys group by _parent, "key_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_kms_keys x
using (select ctid, row_number() over (partition by _parent, "key_id" order by _parent desc,
    _row desc) as n from temp_kms_keys) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update kms_keys t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_kms_keys x) s
where t."account_id" = s."account_id" and t."key_id" = s."key_id" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from kms_keys t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_kms_keys x) s where t."account_id" = s."account_id" and t."key_id" = s."key_id")
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
from kms_keys t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
