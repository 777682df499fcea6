-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from services t where t.account_id = $1)
    and not exists (select from view360.period_watermarks w where w.account_row_id = $1 and w.table_name = $2),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from services t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy services ("account_id", "service", "date_from", "date_to", "cost", "currency", "utilization", "utilization_unit",
    "usage_types", "period_granularity", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_services (_row integer, _parent integer, "service" character varying(255),
    "date_from" date, "date_to" date, "cost" numeric(20,10), "currency" character varying(3),
    "utilization" numeric(20,10), "utilization_unit" character varying(100), "usage_types" text,
    "period_granularity" period_granularity_type);

-- Copies rows to the temporary table.
copy temp_services (_row, _parent, "service", "date_from", "date_to", "cost", "currency", "utilization",
    "utilization_unit", "usage_types", "period_granularity") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into services as t ("account_id", "service", "date_from", "date_to", "cost", "currency", "utilization",
    "utilization_unit", "usage_types", "period_granularity", observed_at)
  select s."account_id", s."service", s."date_from", s."date_to", s."cost", s."currency", s."utilization",
    s."utilization_unit", s."usage_types", s."period_granularity", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_services x
  where not exists (select from view360.period_watermarks w where w.account_row_id = $1 and w.table_name = 'services'
    and w.period_start = x."date_from" and w.period_end = x."date_to"
    and w.granularity = x.period_granularity::text and w.observed_at > $2)) s
  left join services t on t."account_id" = s."account_id" and t."service" = s."service" and coalesce(t."usage_types",
    e'\x01') = coalesce(s."usage_types", e'\x01') and t."date_from" = s."date_from"
    and t."period_granularity" = s."period_granularity"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."service", t."date_from", t."date_to", t."cost", t."currency", t."utilization",
    t."utilization_unit", t."usage_types", t."period_granularity")
    is distinct from (s."account_id", s."service", s."date_from", s."date_to", s."cost", s."currency", s."utilization",
    s."utilization_unit", s."usage_types", s."period_granularity"))
  on conflict ("account_id", "service", "usage_types", "date_from", "period_granularity") do update
  set "date_to" = excluded."date_to", "cost" = excluded."cost", "currency" = excluded."currency",
    "utilization" = excluded."utilization", "utilization_unit" = excluded."utilization_unit",
    observed_at = excluded.observed_at, updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_services x
where $1::integer is not null and coalesce(pg_column_size(x."service"), 0) + coalesce(pg_column_size(x."usage_types"),
    0) + coalesce(pg_column_size(x."date_from"), 0) + coalesce(pg_column_size(x."period_granularity"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_services group by _parent, "service", "usage_types", "date_from",
    "period_granularity" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_services x
using (select ctid, row_number() over (partition by _parent, "service", "usage_types", "date_from",
    "period_granularity" order by _parent desc, _row desc) as n from temp_services) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update services t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_services x
  where not exists (select from view360.period_watermarks w where w.account_row_id = $1 and w.table_name = 'services'
    and w.period_start = x."date_from" and w.period_end = x."date_to"
    and w.granularity = x.period_granularity::text and w.observed_at > $2)) s
where t."account_id" = s."account_id" and t."service" = s."service" and coalesce(t."usage_types",
    e'\x01') = coalesce(s."usage_types", e'\x01') and t."date_from" = s."date_from"
    and t."period_granularity" = s."period_granularity" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Records when a period was observed as a whole: $3 to $4, granularity $5.
insert into view360.period_watermarks as w (account_row_id, table_name, period_start, period_end, granularity,
    observed_at)
values ($1, 'services', $3, $4, $5, $2)
on conflict (account_row_id, table_name, period_start, period_end,
    granularity) do update set observed_at = excluded.observed_at
where w.observed_at < excluded.observed_at;

-- Deletes rows of a period that a complete section does not list.
with gone as (
delete from services t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and t."date_from" = $3 and t."date_to" = $4 and t.period_granularity::text = $5
  and not exists (select from (select $1::integer as account_id, x.* from temp_services x
  where not exists (select from view360.period_watermarks w where w.account_row_id = $1 and w.table_name = 'services'
    and w.period_start = x."date_from" and w.period_end = x."date_to"
    and w.granularity = x.period_granularity::text and w.observed_at > $2)) s where t."account_id" = s."account_id"
    and t."service" = s."service" and coalesce(t."usage_types", e'\x01') = coalesce(s."usage_types", e'\x01')
    and t."date_from" = s."date_from" and t."period_granularity" = s."period_granularity")
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
from services t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
