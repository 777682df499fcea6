-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from guard_duty_findings t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from guard_duty_findings t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy guard_duty_findings ("account_id", "detector_id", "finding_type", "severity", "title", "description",
    "confidence", "region", "created_at", "updated_at", "severity_label", "archived", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_guard_duty_findings (_row integer, _parent integer,
    "detector_id" character varying(255), "finding_type" character varying(255), "severity" numeric(3,1), "title" text,
    "description" text, "confidence" numeric(3,1), "region" character varying(50),
    "created_at" timestamp with time zone, "updated_at" timestamp with time zone, "severity_label" text,
    "archived" boolean);

-- Copies rows to the temporary table.
copy temp_guard_duty_findings (_row, _parent, "detector_id", "finding_type", "severity", "title", "description",
    "confidence", "region", "created_at", "updated_at", "severity_label", "archived") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into guard_duty_findings as t ("account_id", "detector_id", "finding_type", "severity", "title",
    "description", "confidence", "region", "created_at", "updated_at", "severity_label", "archived", observed_at)
  select s."account_id", s."detector_id", s."finding_type", s."severity", s."title", s."description", s."confidence",
    s."region", s."created_at", s."updated_at", s."severity_label", s."archived", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_guard_duty_findings x) s
  left join guard_duty_findings t on t."account_id" = s."account_id" and t."detector_id" = s."detector_id"
  where t.id is null or ((case when t."updated_at" <= coalesce(t.observed_at,
    '-infinity') + interval '1 day' then t."updated_at" else '-infinity' end, coalesce(t.observed_at, '-infinity'))
    <= (case when s."updated_at" <= $2::timestamptz + interval '1 day' then s."updated_at" else '-infinity' end, $2)
    and (t."account_id", t."detector_id", t."finding_type", t."severity", t."title", t."description", t."confidence",
    t."region", t."created_at", t."updated_at", t."severity_label", t."archived")
    is distinct from (s."account_id", s."detector_id", s."finding_type", s."severity", s."title", s."description",
    s."confidence", s."region", s."created_at", s."updated_at", s."severity_label", s."archived"))
  on conflict ("account_id", "detector_id") do update
  set "finding_type" = excluded."finding_type", "severity" = excluded."severity", "title" = excluded."title",
    "description" = excluded."description", "confidence" = excluded."confidence", "region" = excluded."region",
    "created_at" = excluded."created_at", "updated_at" = excluded."updated_at",
    "severity_label" = excluded."severity_label", "archived" = excluded."archived", observed_at = excluded.observed_at
  where (case when t."updated_at" <= coalesce(t.observed_at,
    '-infinity') + interval '1 day' then t."updated_at" else '-infinity' end, coalesce(t.observed_at, '-infinity'))
    <= (case when excluded."updated_at" <= $2::timestamptz + interval '1 day' then excluded."updated_at" else
    '-infinity' end, $2)
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_guard_duty_findings x
where $1::integer is not null and coalesce(pg_column_size(x."detector_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_guard_duty_findings group by _parent, "detector_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_guard_duty_findings x
using (select ctid, row_number() over (partition by _parent, "detector_id" order by _parent desc,
    _row desc) as n from temp_guard_duty_findings) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update guard_duty_findings t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_guard_duty_findings x) s
where t."account_id" = s."account_id" and t."detector_id" = s."detector_id" and coalesce(t.observed_at,
    '-infinity') < $2
  and (case when t."updated_at" <= coalesce(t.observed_at, '-infinity') + interval '1 day' then t."updated_at" else
    '-infinity' end, coalesce(t.observed_at, '-infinity'))
    <= (case when s."updated_at" <= $2::timestamptz + interval '1 day' then s."updated_at" else '-infinity' end, $2);

-- Says which open rows the newest list of all open ones lacks.
update guard_duty_findings t set closed_at = case when (t.archived is not true and coalesce(t.observed_at,
    '-infinity') < w.observed_at) then w.observed_at end
from view360.section_watermarks w
where w.account_row_id = $1 and w.table_name = $2 and t.account_id = $1
  and (t.closed_at is not null) <> (t.archived is not true and coalesce(t.observed_at, '-infinity') < w.observed_at);

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from guard_duty_findings t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
