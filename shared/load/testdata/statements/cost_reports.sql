-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from cost_reports t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_cost_reports (_row integer, _parent integer,
    "current_period_cost" numeric(20,10), "previous_period_cost" numeric(20,10), "cost_difference" numeric(20,10),
    "cost_difference_percentage" numeric(20,10), "potential_monthly_savings" numeric(20,10),
    "anomalies_detected" integer, "saving_opportunities_count" integer, "period_start" date, "period_end" date,
    "period_granularity" period_granularity_type, "region" text);
create temporary table if not exists cost_reports_ids (_row integer, id integer, fresh boolean);

-- Copies rows to the temporary table.
copy temp_cost_reports (_row, _parent, "current_period_cost", "previous_period_cost", "cost_difference",
    "cost_difference_percentage", "potential_monthly_savings", "anomalies_detected", "saving_opportunities_count",
    "period_start", "period_end", "period_granularity", "region") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into cost_reports as t ("account_id", "current_period_cost", "previous_period_cost", "cost_difference",
    "cost_difference_percentage", "potential_monthly_savings", "anomalies_detected", "saving_opportunities_count",
    "period_start", "period_end", "period_granularity", "region", observed_at)
  select s."account_id", s."current_period_cost", s."previous_period_cost", s."cost_difference",
    s."cost_difference_percentage", s."potential_monthly_savings", s."anomalies_detected",
    s."saving_opportunities_count", s."period_start", s."period_end", s."period_granularity", s."region",
    $2::timestamptz
  from (select distinct on (s."account_id", s."period_start", s."region",
    s."period_granularity") * from (select $1::integer as account_id,
    x.* from temp_cost_reports x) s order by s."account_id", s."period_start", s."region", s."period_granularity",
    s._row desc) s
  left join cost_reports t on t."account_id" = s."account_id" and t."period_start" = s."period_start"
    and coalesce(t."region", e'\x01') = coalesce(s."region", e'\x01')
    and t."period_granularity" = s."period_granularity"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."current_period_cost", t."previous_period_cost", t."cost_difference",
    t."cost_difference_percentage", t."potential_monthly_savings", t."anomalies_detected",
    t."saving_opportunities_count", t."period_start", t."period_end", t."period_granularity", t."region")
    is distinct from (s."account_id", s."current_period_cost", s."previous_period_cost", s."cost_difference",
    s."cost_difference_percentage", s."potential_monthly_savings", s."anomalies_detected",
    s."saving_opportunities_count", s."period_start", s."period_end", s."period_granularity", s."region"))
  on conflict ("account_id", "period_start", "region", "period_granularity") do update
  set "current_period_cost" = excluded."current_period_cost", "previous_period_cost" = excluded."previous_period_cost",
    "cost_difference" = excluded."cost_difference", "cost_difference_percentage" =
    excluded."cost_difference_percentage", "potential_monthly_savings" = excluded."potential_monthly_savings",
    "anomalies_detected" = excluded."anomalies_detected", "saving_opportunities_count" =
    excluded."saving_opportunities_count", "period_end" = excluded."period_end", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_cost_reports x
where $1::integer is not null and coalesce(pg_column_size(x."period_start"), 0) + coalesce(pg_column_size(x."region"),
    0) + coalesce(pg_column_size(x."period_granularity"), 0) > 2600
returning x._parent, x._row;

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_cost_reports x
using (select ctid, row_number() over (partition by _parent, "period_start", "region",
    "period_granularity" order by _parent desc, _row desc) as n from temp_cost_reports) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update cost_reports t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_cost_reports x) s
where t."account_id" = s."account_id" and t."period_start" = s."period_start" and coalesce(t."region",
    e'\x01') = coalesce(s."region", e'\x01') and t."period_granularity" = s."period_granularity"
    and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the ids for the child tables.
insert into cost_reports_ids
select s._row, t.id, coalesce(t.observed_at, '-infinity') <= $2 as fresh
from (select $1::integer as account_id, x.* from temp_cost_reports x) s
join cost_reports t on t."account_id" = s."account_id" and t."period_start" = s."period_start" and coalesce(t."region",
    e'\x01') = coalesce(s."region", e'\x01') and t."period_granularity" = s."period_granularity";
