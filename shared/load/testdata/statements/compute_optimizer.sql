-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from compute_optimizer t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from compute_optimizer t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy compute_optimizer ("account_id", "resource_type", "resource_arn", "resource_name", "finding",
    "current_instance_type", "current_memory_size", "current_volume_type", "current_volume_size",
    "recommended_instance_type", "recommended_memory_size", "recommended_volume_type", "recommended_volume_size",
    "savings_opportunity_percentage", "estimated_monthly_savings_usd", "performance_risk", "cpu_utilization_max",
    "memory_utilization_avg", "migration_effort", "estimated_monthly_savings", "savings_currency",
    observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_compute_optimizer (_row integer, _parent integer,
    "resource_type" character varying(50), "resource_arn" character varying(255),
    "resource_name" character varying(255), "finding" character varying(50),
    "current_instance_type" character varying(50), "current_memory_size" integer,
    "current_volume_type" character varying(50), "current_volume_size" integer,
    "recommended_instance_type" character varying(50), "recommended_memory_size" integer,
    "recommended_volume_type" character varying(50), "recommended_volume_size" integer,
    "savings_opportunity_percentage" numeric(5,2), "estimated_monthly_savings_usd" numeric(10,2),
    "performance_risk" numeric(3,2), "cpu_utilization_max" numeric(5,2), "memory_utilization_avg" numeric(5,2),
    "migration_effort" character varying(50), "estimated_monthly_savings" numeric(20,10), "savings_currency" text);

-- Copies rows to the temporary table.
copy temp_compute_optimizer (_row, _parent, "resource_type", "resource_arn", "resource_name", "finding",
    "current_instance_type", "current_memory_size", "current_volume_type", "current_volume_size",
    "recommended_instance_type", "recommended_memory_size", "recommended_volume_type", "recommended_volume_size",
    "savings_opportunity_percentage", "estimated_monthly_savings_usd", "performance_risk", "cpu_utilization_max",
    "memory_utilization_avg", "migration_effort", "estimated_monthly_savings", "savings_currency") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into compute_optimizer as t ("account_id", "resource_type", "resource_arn", "resource_name", "finding",
    "current_instance_type", "current_memory_size", "current_volume_type", "current_volume_size",
    "recommended_instance_type", "recommended_memory_size", "recommended_volume_type", "recommended_volume_size",
    "savings_opportunity_percentage", "estimated_monthly_savings_usd", "performance_risk", "cpu_utilization_max",
    "memory_utilization_avg", "migration_effort", "estimated_monthly_savings", "savings_currency", observed_at)
  select s."account_id", s."resource_type", s."resource_arn", s."resource_name", s."finding",
    s."current_instance_type", s."current_memory_size", s."current_volume_type", s."current_volume_size",
    s."recommended_instance_type", s."recommended_memory_size", s."recommended_volume_type",
    s."recommended_volume_size", s."savings_opportunity_percentage", s."estimated_monthly_savings_usd",
    s."performance_risk", s."cpu_utilization_max", s."memory_utilization_avg", s."migration_effort",
    s."estimated_monthly_savings", s."savings_currency", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_compute_optimizer x) s
  left join compute_optimizer t on t."account_id" = s."account_id" and t."resource_arn" = s."resource_arn"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."resource_type", t."resource_arn", t."resource_name", t."finding",
    t."current_instance_type", t."current_memory_size", t."current_volume_type", t."current_volume_size",
    t."recommended_instance_type", t."recommended_memory_size", t."recommended_volume_type",
    t."recommended_volume_size", t."savings_opportunity_percentage", t."estimated_monthly_savings_usd",
    t."performance_risk", t."cpu_utilization_max", t."memory_utilization_avg", t."migration_effort",
    t."estimated_monthly_savings", t."savings_currency")
    is distinct from (s."account_id", s."resource_type", s."resource_arn", s."resource_name", s."finding",
    s."current_instance_type", s."current_memory_size", s."current_volume_type", s."current_volume_size",
    s."recommended_instance_type", s."recommended_memory_size", s."recommended_volume_type",
    s."recommended_volume_size", s."savings_opportunity_percentage", s."estimated_monthly_savings_usd",
    s."performance_risk", s."cpu_utilization_max", s."memory_utilization_avg", s."migration_effort",
    s."estimated_monthly_savings", s."savings_currency"))
  on conflict ("account_id", "resource_arn") do update
  set "resource_type" = excluded."resource_type", "resource_name" = excluded."resource_name",
    "finding" = excluded."finding", "current_instance_type" = excluded."current_instance_type",
    "current_memory_size" = excluded."current_memory_size", "current_volume_type" = excluded."current_volume_type",
    "current_volume_size" = excluded."current_volume_size", "recommended_instance_type" =
    excluded."recommended_instance_type", "recommended_memory_size" = excluded."recommended_memory_size",
    "recommended_volume_type" = excluded."recommended_volume_type",
    "recommended_volume_size" = excluded."recommended_volume_size",
    "savings_opportunity_percentage" = excluded."savings_opportunity_percentage",
    "estimated_monthly_savings_usd" = excluded."estimated_monthly_savings_usd",
    "performance_risk" = excluded."performance_risk", "cpu_utilization_max" = excluded."cpu_utilization_max",
    "memory_utilization_avg" = excluded."memory_utilization_avg", "migration_effort" = excluded."migration_effort",
    "estimated_monthly_savings" = excluded."estimated_monthly_savings",
    "savings_currency" = excluded."savings_currency", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_compute_optimizer x
where $1::integer is not null and coalesce(pg_column_size(x."resource_arn"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_compute_optimizer group by _parent, "resource_arn" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_compute_optimizer x
using (select ctid, row_number() over (partition by _parent, "resource_arn" order by _parent desc,
    _row desc) as n from temp_compute_optimizer) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update compute_optimizer t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_compute_optimizer x) s
where t."account_id" = s."account_id" and t."resource_arn" = s."resource_arn" and coalesce(t.observed_at,
    '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from compute_optimizer t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_compute_optimizer x) s where t."account_id" = s."account_id" and t."resource_arn" = s."resource_arn")
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
from compute_optimizer t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
