-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from health_events t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from health_events t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy health_events ("account_id", "arn", "service", "event_type_code", "region", "start_time", "end_time",
    "status_code", "actionability", "personas", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_health_events (_row integer, _parent integer, "arn" character varying(255),
    "service" character varying(100), "event_type_code" character varying(255), "region" character varying(50),
    "start_time" timestamp with time zone, "end_time" timestamp with time zone, "status_code" character varying(50),
    "actionability" text, "personas" text);

-- Copies rows to the temporary table.
copy temp_health_events (_row, _parent, "arn", "service", "event_type_code", "region", "start_time", "end_time",
    "status_code", "actionability", "personas") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into health_events as t ("account_id", "arn", "service", "event_type_code", "region", "start_time",
    "end_time", "status_code", "actionability", "personas", observed_at)
  select s."account_id", s."arn", s."service", s."event_type_code", s."region", s."start_time", s."end_time",
    s."status_code", s."actionability", s."personas", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_health_events x) s
  left join health_events t on t."account_id" = s."account_id" and t."arn" = s."arn"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."arn", t."service", t."event_type_code", t."region", t."start_time", t."end_time",
    t."status_code", t."actionability", t."personas")
    is distinct from (s."account_id", s."arn", s."service", s."event_type_code", s."region", s."start_time",
    s."end_time", s."status_code", s."actionability", s."personas"))
  on conflict ("account_id", "arn") do update
  set "service" = excluded."service", "event_type_code" = excluded."event_type_code", "region" = excluded."region",
    "start_time" = excluded."start_time", "end_time" = excluded."end_time", "status_code" = excluded."status_code",
    "actionability" = excluded."actionability", "personas" = excluded."personas", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_health_events x
where $1::integer is not null and coalesce(pg_column_size(x."arn"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_health_events group by _parent, "arn" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_health_events x
using (select ctid, row_number() over (partition by _parent, "arn" order by _parent desc,
    _row desc) as n from temp_health_events) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update health_events t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_health_events x) s
where t."account_id" = s."account_id" and t."arn" = s."arn" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from health_events t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
