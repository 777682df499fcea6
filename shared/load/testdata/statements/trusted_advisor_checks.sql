-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from trusted_advisor_checks t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from trusted_advisor_checks t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy trusted_advisor_checks ("account_id", "check_name", "category", "severity", "recommendation",
    "affected_resources_count", "potential_savings", "timestamp", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_trusted_advisor_checks (_row integer, _parent integer,
    "check_name" character varying(255), "category" character varying(100), "severity" character varying(50),
    "recommendation" text, "affected_resources_count" integer, "potential_savings" numeric(20,10),
    "timestamp" timestamp with time zone);

-- Copies rows to the temporary table.
copy temp_trusted_advisor_checks (_row, _parent, "check_name", "category", "severity", "recommendation",
    "affected_resources_count", "potential_savings", "timestamp") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into trusted_advisor_checks as t ("account_id", "check_name", "category", "severity", "recommendation",
    "affected_resources_count", "potential_savings", "timestamp", observed_at)
  select s."account_id", s."check_name", s."category", s."severity", s."recommendation", s."affected_resources_count",
    s."potential_savings", s."timestamp", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_trusted_advisor_checks x) s
  left join trusted_advisor_checks t on t."account_id" = s."account_id" and t."check_name" = s."check_name"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."check_name", t."category", t."severity", t."recommendation", t."affected_resources_count",
    t."potential_savings", t."timestamp")
    is distinct from (s."account_id", s."check_name", s."category", s."severity", s."recommendation",
    s."affected_resources_count", s."potential_savings", s."timestamp"))
  on conflict ("account_id", "check_name") do update
  set "category" = excluded."category", "severity" = excluded."severity", "recommendation" = excluded."recommendation",
    "affected_resources_count" = excluded."affected_resources_count",
    "potential_savings" = excluded."potential_savings", "timestamp" = excluded."timestamp",
    observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_trusted_advisor_checks x
where $1::integer is not null and coalesce(pg_column_size(x."check_name"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_trusted_advisor_checks group by _parent, "check_name" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_trusted_advisor_checks x
using (select ctid, row_number() over (partition by _parent, "check_name" order by _parent desc,
    _row desc) as n from temp_trusted_advisor_checks) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update trusted_advisor_checks t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_trusted_advisor_checks x) s
where t."account_id" = s."account_id" and t."check_name" = s."check_name" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from trusted_advisor_checks t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_trusted_advisor_checks x) s where t."account_id" = s."account_id"
    and t."check_name" = s."check_name")
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
from trusted_advisor_checks t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
