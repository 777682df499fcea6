-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from security t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_security (_row integer, _parent integer, "service" character varying(255),
    "total_findings" integer, "critical_count" integer, "high_count" integer, "medium_count" integer,
    "low_count" integer, "informational_count" integer, "open_findings" integer, "resolved_findings" integer);
create temporary table if not exists security_ids (_row integer, id integer, fresh boolean);

-- Copies rows to the temporary table.
copy temp_security (_row, _parent, "service", "total_findings", "critical_count", "high_count", "medium_count",
    "low_count", "informational_count", "open_findings", "resolved_findings") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into security as t ("account_id", "service", "total_findings", "critical_count", "high_count", "medium_count",
    "low_count", "informational_count", "open_findings", "resolved_findings", observed_at)
  select s."account_id", s."service", s."total_findings", s."critical_count", s."high_count", s."medium_count",
    s."low_count", s."informational_count", s."open_findings", s."resolved_findings", $2::timestamptz
  from (select distinct on (s."account_id", s."service") * from (select $1::integer as account_id,
    x.* from temp_security x) s order by s."account_id", s."service", s._row desc) s
  left join security t on t."account_id" = s."account_id" and t."service" = s."service"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."service", t."total_findings", t."critical_count", t."high_count", t."medium_count",
    t."low_count", t."informational_count", t."open_findings", t."resolved_findings")
    is distinct from (s."account_id", s."service", s."total_findings", s."critical_count", s."high_count",
    s."medium_count", s."low_count", s."informational_count", s."open_findings", s."resolved_findings"))
  on conflict ("account_id", "service") do update
  set "total_findings" = excluded."total_findings", "critical_count" = excluded."critical_count",
    "high_count" = excluded."high_count", "medium_count" = excluded."medium_count", "low_count" = excluded."low_count",
    "informational_count" = excluded."informational_count", "open_findings" = excluded."open_findings",
    "resolved_findings" = excluded."resolved_findings", observed_at = excluded.observed_at,
    updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_security x
where $1::integer is not null and coalesce(pg_column_size(x."service"), 0) > 2600
returning x._parent, x._row;

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_security x
using (select ctid, row_number() over (partition by _parent, "service" order by _parent desc,
    _row desc) as n from temp_security) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update security t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_security x) s
where t."account_id" = s."account_id" and t."service" = s."service" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the ids for the child tables.
insert into security_ids
select s._row, t.id, coalesce(t.observed_at, '-infinity') <= $2 as fresh
from (select $1::integer as account_id, x.* from temp_security x) s
join security t on t."account_id" = s."account_id" and t."service" = s."service";
