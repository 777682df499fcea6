-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from service_resources t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from service_resources t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy service_resources ("account_id", "service_name", "resource_type", "resource_id", "resource_name", "region",
    "availability_zone", "state", "instance_type", "vpc_id", "engine", "instance_class", "multi_az", "size_gb",
    "volume_type", "creation_date", "type", "scheme", "instance_count", "min_size", "max_size", "available_ip_count",
    observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_service_resources (_row integer, _parent integer,
    "service_name" character varying(255), "resource_type" character varying(255),
    "resource_id" character varying(255), "resource_name" character varying(255), "region" character varying(50),
    "availability_zone" character varying(50), "state" character varying(50), "instance_type" character varying(50),
    "vpc_id" character varying(255), "engine" character varying(100), "instance_class" character varying(100),
    "multi_az" boolean, "size_gb" integer, "volume_type" character varying(50),
    "creation_date" timestamp with time zone, "type" character varying(100), "scheme" character varying(50),
    "instance_count" integer, "min_size" integer, "max_size" integer, "available_ip_count" integer);

-- Copies rows to the temporary table.
copy temp_service_resources (_row, _parent, "service_name", "resource_type", "resource_id", "resource_name", "region",
    "availability_zone", "state", "instance_type", "vpc_id", "engine", "instance_class", "multi_az", "size_gb",
    "volume_type", "creation_date", "type", "scheme", "instance_count", "min_size", "max_size",
    "available_ip_count") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into service_resources as t ("account_id", "service_name", "resource_type", "resource_id", "resource_name",
    "region", "availability_zone", "state", "instance_type", "vpc_id", "engine", "instance_class", "multi_az",
    "size_gb", "volume_type", "creation_date", "type", "scheme", "instance_count", "min_size", "max_size",
    "available_ip_count", observed_at)
  select s."account_id", s."service_name", s."resource_type", s."resource_id", s."resource_name", s."region",
    s."availability_zone", s."state", s."instance_type", s."vpc_id", s."engine", s."instance_class", s."multi_az",
    s."size_gb", s."volume_type", s."creation_date", s."type", s."scheme", s."instance_count", s."min_size",
    s."max_size", s."available_ip_count", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_service_resources x) s
  left join service_resources t on t."account_id" = s."account_id" and t."service_name" = s."service_name"
    and t."resource_type" = s."resource_type" and t."resource_id" = s."resource_id"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."service_name", t."resource_type", t."resource_id", t."resource_name", t."region",
    t."availability_zone", t."state", t."instance_type", t."vpc_id", t."engine", t."instance_class", t."multi_az",
    t."size_gb", t."volume_type", t."creation_date", t."type", t."scheme", t."instance_count", t."min_size",
    t."max_size", t."available_ip_count")
    is distinct from (s."account_id", s."service_name", s."resource_type", s."resource_id", s."resource_name",
    s."region", s."availability_zone", s."state", s."instance_type", s."vpc_id", s."engine", s."instance_class",
    s."multi_az", s."size_gb", s."volume_type", s."creation_date", s."type", s."scheme", s."instance_count",
    s."min_size", s."max_size", s."available_ip_count"))
  on conflict ("account_id", "service_name", "resource_type", "resource_id") do update
  set "resource_name" = excluded."resource_name", "region" = excluded."region",
    "availability_zone" = excluded."availability_zone", "state" = excluded."state",
    "instance_type" = excluded."instance_type", "vpc_id" = excluded."vpc_id", "engine" = excluded."engine",
    "instance_class" = excluded."instance_class", "multi_az" = excluded."multi_az", "size_gb" = excluded."size_gb",
    "volume_type" = excluded."volume_type", "creation_date" = excluded."creation_date", "type" = excluded."type",
    "scheme" = excluded."scheme", "instance_count" = excluded."instance_count", "min_size" = excluded."min_size",
    "max_size" = excluded."max_size", "available_ip_count" = excluded."available_ip_count",
    observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_service_resources x
where $1::integer is not null and coalesce(pg_column_size(x."service_name"),
    0) + coalesce(pg_column_size(x."resource_type"), 0) + coalesce(pg_column_size(x."resource_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_service_resources group by _parent, "service_name", "resource_type",
    "resource_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_service_resources x
using (select ctid, row_number() over (partition by _parent, "service_name", "resource_type",
    "resource_id" order by _parent desc, _row desc) as n from temp_service_resources) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update service_resources t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_service_resources x) s
where t."account_id" = s."account_id" and t."service_name" = s."service_name"
    and t."resource_type" = s."resource_type" and t."resource_id" = s."resource_id" and coalesce(t.observed_at,
    '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from service_resources t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_service_resources x) s where t."account_id" = s."account_id"
    and t."service_name" = s."service_name" and t."resource_type" = s."resource_type"
    and t."resource_id" = s."resource_id")
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
from service_resources t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
