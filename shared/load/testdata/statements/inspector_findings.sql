-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from inspector_findings t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from inspector_findings t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy inspector_findings ("account_id", "finding_arn", "severity", "status", "type", "title", "description",
    "first_observed_at", "exploit_available", "fix_available", "epss", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_inspector_findings (_row integer, _parent integer,
    "finding_arn" character varying(255), "severity" character varying(50), "status" character varying(50),
    "type" character varying(100), "title" text, "description" text, "first_observed_at" timestamp with time zone,
    "exploit_available" text, "fix_available" text, "epss" numeric(6,5));

-- Copies rows to the temporary table.
copy temp_inspector_findings (_row, _parent, "finding_arn", "severity", "status", "type", "title", "description",
    "first_observed_at", "exploit_available", "fix_available", "epss") from stdin;

-- Rejects rows that another account has reported.
delete from temp_inspector_findings x using inspector_findings t
join accounts o on o.id = t.account_id
where x."finding_arn" = t."finding_arn" and o.account_id <> (select account_id from accounts where id = $1)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into inspector_findings as t ("account_id", "finding_arn", "severity", "status", "type", "title",
    "description", "first_observed_at", "exploit_available", "fix_available", "epss", observed_at)
  select s."account_id", s."finding_arn", s."severity", s."status", s."type", s."title", s."description",
    s."first_observed_at", s."exploit_available", s."fix_available", s."epss", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_inspector_findings x) s
  left join inspector_findings t on t."finding_arn" = s."finding_arn"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."finding_arn", t."severity", t."status", t."type", t."title", t."description",
    t."first_observed_at", t."exploit_available", t."fix_available", t."epss")
    is distinct from (s."account_id", s."finding_arn", s."severity", s."status", s."type", s."title", s."description",
    s."first_observed_at", s."exploit_available", s."fix_available", s."epss"))
  on conflict ("finding_arn") do update
  set "severity" = excluded."severity", "status" = excluded."status", "type" = excluded."type",
    "title" = excluded."title", "description" = excluded."description",
    "first_observed_at" = excluded."first_observed_at", "exploit_available" = excluded."exploit_available",
    "fix_available" = excluded."fix_available", "epss" = excluded."epss", "account_id" = excluded."account_id",
    observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
    and (select account_id from accounts where id = t.account_id) = (select account_id from accounts where id = $1)
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_inspector_findings x
where $1::integer is not null and coalesce(pg_column_size(x."finding_arn"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_inspector_findings group by "finding_arn" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_inspector_findings x
using (select ctid, row_number() over (partition by "finding_arn" order by _parent desc,
    _row desc) as n from temp_inspector_findings) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update inspector_findings t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_inspector_findings x) s
where t."finding_arn" = s."finding_arn" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from inspector_findings t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
