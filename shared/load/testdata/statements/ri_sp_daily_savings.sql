-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from ri_sp_daily_savings t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from ri_sp_daily_savings t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy ri_sp_daily_savings ("account_id", "date_from", "date_to", "reservation_type", "subscription_id", "offering_id",
    "savings_plan_arn", "service", "instance_type", "instance_count", "instance_family", "instance_tenancy",
    "offering_class", "product_types", "region", "utilization_percentage", "on_demand_cost", "reservation_cost",
    "net_savings", "commitment", "upfront_cost", "recurring_cost", "recurring_frequency", "usage_price", "currency",
    "start_date", "end_date", "returnable_until", "duration_seconds", "offering_type", "state", "description",
    observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_ri_sp_daily_savings (_row integer, _parent integer, "date_from" date,
    "date_to" date, "reservation_type" character varying(50), "subscription_id" character varying(255),
    "offering_id" character varying(255), "savings_plan_arn" character varying(255), "service" character varying(100),
    "instance_type" character varying(100), "instance_count" integer, "instance_family" character varying(100),
    "instance_tenancy" character varying(50), "offering_class" character varying(50), "product_types" text,
    "region" character varying(50), "utilization_percentage" numeric(5,2), "on_demand_cost" numeric(12,2),
    "reservation_cost" numeric(12,2), "net_savings" numeric(12,2), "commitment" numeric(12,2),
    "upfront_cost" numeric(12,2), "recurring_cost" numeric(12,2), "recurring_frequency" character varying(20),
    "usage_price" numeric(12,2), "currency" character varying(10), "start_date" timestamp with time zone,
    "end_date" timestamp with time zone, "returnable_until" timestamp with time zone, "duration_seconds" integer,
    "offering_type" character varying(50), "state" character varying(50), "description" text);

-- Copies rows to the temporary table.
copy temp_ri_sp_daily_savings (_row, _parent, "date_from", "date_to", "reservation_type", "subscription_id",
    "offering_id", "savings_plan_arn", "service", "instance_type", "instance_count", "instance_family",
    "instance_tenancy", "offering_class", "product_types", "region", "utilization_percentage", "on_demand_cost",
    "reservation_cost", "net_savings", "commitment", "upfront_cost", "recurring_cost", "recurring_frequency",
    "usage_price", "currency", "start_date", "end_date", "returnable_until", "duration_seconds", "offering_type",
    "state", "description") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into ri_sp_daily_savings as t ("account_id", "date_from", "date_to", "reservation_type", "subscription_id",
    "offering_id", "savings_plan_arn", "service", "instance_type", "instance_count", "instance_family",
    "instance_tenancy", "offering_class", "product_types", "region", "utilization_percentage", "on_demand_cost",
    "reservation_cost", "net_savings", "commitment", "upfront_cost", "recurring_cost", "recurring_frequency",
    "usage_price", "currency", "start_date", "end_date", "returnable_until", "duration_seconds", "offering_type",
    "state", "description", observed_at)
  select s."account_id", s."date_from", s."date_to", s."reservation_type", s."subscription_id", s."offering_id",
    s."savings_plan_arn", s."service", s."instance_type", s."instance_count", s."instance_family",
    s."instance_tenancy", s."offering_class", s."product_types", s."region", s."utilization_percentage",
    s."on_demand_cost", s."reservation_cost", s."net_savings", s."commitment", s."upfront_cost", s."recurring_cost",
    s."recurring_frequency", s."usage_price", s."currency", s."start_date", s."end_date", s."returnable_until",
    s."duration_seconds", s."offering_type", s."state", s."description", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_ri_sp_daily_savings x) s
  left join ri_sp_daily_savings t on t."account_id" = s."account_id" and t."subscription_id" = s."subscription_id"
    and t."date_to" = s."date_to" and t."reservation_type" = s."reservation_type"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."date_from", t."date_to", t."reservation_type", t."subscription_id", t."offering_id",
    t."savings_plan_arn", t."service", t."instance_type", t."instance_count", t."instance_family",
    t."instance_tenancy", t."offering_class", t."product_types", t."region", t."utilization_percentage",
    t."on_demand_cost", t."reservation_cost", t."net_savings", t."commitment", t."upfront_cost", t."recurring_cost",
    t."recurring_frequency", t."usage_price", t."currency", t."start_date", t."end_date", t."returnable_until",
    t."duration_seconds", t."offering_type", t."state", t."description")
    is distinct from (s."account_id", s."date_from", s."date_to", s."reservation_type", s."subscription_id",
    s."offering_id", s."savings_plan_arn", s."service", s."instance_type", s."instance_count", s."instance_family",
    s."instance_tenancy", s."offering_class", s."product_types", s."region", s."utilization_percentage",
    s."on_demand_cost", s."reservation_cost", s."net_savings", s."commitment", s."upfront_cost", s."recurring_cost",
    s."recurring_frequency", s."usage_price", s."currency", s."start_date", s."end_date", s."returnable_until",
    s."duration_seconds", s."offering_type", s."state", s."description"))
  on conflict ("account_id", "subscription_id", "date_to", "reservation_type") do update
  set "date_from" = excluded."date_from", "offering_id" = excluded."offering_id",
    "savings_plan_arn" = excluded."savings_plan_arn", "service" = excluded."service",
    "instance_type" = excluded."instance_type", "instance_count" = excluded."instance_count",
    "instance_family" = excluded."instance_family", "instance_tenancy" = excluded."instance_tenancy",
    "offering_class" = excluded."offering_class", "product_types" = excluded."product_types",
    "region" = excluded."region", "utilization_percentage" = excluded."utilization_percentage",
    "on_demand_cost" = excluded."on_demand_cost", "reservation_cost" = excluded."reservation_cost",
    "net_savings" = excluded."net_savings", "commitment" = excluded."commitment",
    "upfront_cost" = excluded."upfront_cost", "recurring_cost" = excluded."recurring_cost",
    "recurring_frequency" = excluded."recurring_frequency", "usage_price" = excluded."usage_price",
    "currency" = excluded."currency", "start_date" = excluded."start_date", "end_date" = excluded."end_date",
    "returnable_until" = excluded."returnable_until", "duration_seconds" = excluded."duration_seconds",
    "offering_type" = excluded."offering_type", "state" = excluded."state", "description" = excluded."description",
    observed_at = excluded.observed_at, updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_ri_sp_daily_savings x
where $1::integer is not null and coalesce(pg_column_size(x."subscription_id"),
    0) + coalesce(pg_column_size(x."date_to"), 0) + coalesce(pg_column_size(x."reservation_type"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_ri_sp_daily_savings group by _parent, "subscription_id", "date_to",
    "reservation_type" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_ri_sp_daily_savings x
using (select ctid, row_number() over (partition by _parent, "subscription_id", "date_to",
    "reservation_type" order by _parent desc, _row desc) as n from temp_ri_sp_daily_savings) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update ri_sp_daily_savings t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_ri_sp_daily_savings x) s
where t."account_id" = s."account_id" and t."subscription_id" = s."subscription_id" and t."date_to" = s."date_to"
    and t."reservation_type" = s."reservation_type" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from ri_sp_daily_savings t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
