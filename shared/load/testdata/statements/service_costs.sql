-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from service_costs t where $1::integer is not null
    and t."cost_report_id" in (select id from cost_reports_ids)),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from service_costs t where $1::integer is not null and t."cost_report_id" in (select id from cost_reports_ids)
) v;

-- Reads the ids of at most $2 possible parents.
select _row::text, id from cost_reports_ids where $1::integer is not null and fresh limit $2;

-- Copies rows into a table that has none of the account.
copy service_costs ("cost_report_id", "service_name", "cost", "region", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_service_costs (_row integer, _parent integer,
    "service_name" character varying(255), "cost" numeric(20,10), "region" text);

-- Copies rows to the temporary table.
copy temp_service_costs (_row, _parent, "service_name", "cost", "region") from stdin;

-- Rejects rows without a parent.
delete from temp_service_costs x
where $1::integer is not null and not exists (select from cost_reports_ids p where p._row = x._parent)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into service_costs as t ("cost_report_id", "service_name", "cost", "region", observed_at)
  select s."cost_report_id", s."service_name", s."cost", s."region", $2::timestamptz
  from (select $1::integer as account_id, p.id as "cost_report_id", x.* from temp_service_costs x
  join cost_reports_ids p on p._row = x._parent and p.fresh) s
  left join service_costs t on t."cost_report_id" = s."cost_report_id" and t."service_name" = s."service_name"
    and coalesce(t."region", e'\x01') = coalesce(s."region", e'\x01')
    and t."cost_report_id" = any (array(select id from cost_reports_ids p))
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."cost_report_id", t."service_name", t."cost", t."region")
    is distinct from (s."cost_report_id", s."service_name", s."cost", s."region"))
  on conflict ("cost_report_id", "service_name", "region") do update
  set "cost" = excluded."cost", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_service_costs x
where $1::integer is not null and coalesce(pg_column_size(x."service_name"), 0) + coalesce(pg_column_size(x."region"),
    0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_service_costs group by _parent, "service_name", "region" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_service_costs x
using (select ctid, row_number() over (partition by _parent, "service_name", "region" order by _parent desc,
    _row desc) as n from temp_service_costs) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update service_costs t set observed_at = $2
from (select $1::integer as account_id, p.id as "cost_report_id", x.* from temp_service_costs x
  join cost_reports_ids p on p._row = x._parent and p.fresh) s
where t."cost_report_id" = s."cost_report_id" and t."service_name" = s."service_name" and coalesce(t."region",
    e'\x01') = coalesce(s."region", e'\x01')
    and t."cost_report_id" = any (array(select id from cost_reports_ids p)) and coalesce(t.observed_at,
    '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that left the set of their parent.
with gone as (
delete from service_costs t
where t."cost_report_id" = any (array(select id from cost_reports_ids where fresh)) and coalesce(t.observed_at,
    '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id, p.id as "cost_report_id",
    x.* from temp_service_costs x
  join cost_reports_ids p on p._row = x._parent and p.fresh) s where t."cost_report_id" = s."cost_report_id"
    and t."service_name" = s."service_name" and coalesce(t."region", e'\x01') = coalesce(s."region", e'\x01'))
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
from service_costs t where $1::integer is not null and t."cost_report_id" in (select id from cost_reports_ids)
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
