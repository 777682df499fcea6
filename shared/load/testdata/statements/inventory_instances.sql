-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from inventory_instances t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from inventory_instances t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy inventory_instances ("account_id", "instance_id", "instance_type", "platform", "ip_address", "computer_name",
    "ping_status", "last_ping_date_time", "agent_version", "platform_type", "platform_version", "is_latest_version",
    "association_status", "association_execution_date", "association_success_date", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_inventory_instances (_row integer, _parent integer,
    "instance_id" character varying(255), "instance_type" character varying(50), "platform" character varying(50),
    "ip_address" character varying(45), "computer_name" character varying(255), "ping_status" character varying(50),
    "last_ping_date_time" timestamp with time zone, "agent_version" character varying(50),
    "platform_type" character varying(255), "platform_version" character varying(50), "is_latest_version" boolean,
    "association_status" character varying(255), "association_execution_date" timestamp with time zone,
    "association_success_date" timestamp with time zone);

-- Copies rows to the temporary table.
copy temp_inventory_instances (_row, _parent, "instance_id", "instance_type", "platform", "ip_address",
    "computer_name", "ping_status", "last_ping_date_time", "agent_version", "platform_type", "platform_version",
    "is_latest_version", "association_status", "association_execution_date", "association_success_date") from stdin;

-- Rejects rows that another account has reported.
delete from temp_inventory_instances x using inventory_instances t
join accounts o on o.id = t.account_id
where x."instance_id" = t."instance_id" and o.account_id <> (select account_id from accounts where id = $1)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into inventory_instances as t ("account_id", "instance_id", "instance_type", "platform", "ip_address",
    "computer_name", "ping_status", "last_ping_date_time", "agent_version", "platform_type", "platform_version",
    "is_latest_version", "association_status", "association_execution_date", "association_success_date", observed_at)
  select s."account_id", s."instance_id", s."instance_type", s."platform", s."ip_address", s."computer_name",
    s."ping_status", s."last_ping_date_time", s."agent_version", s."platform_type", s."platform_version",
    s."is_latest_version", s."association_status", s."association_execution_date", s."association_success_date",
    $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_inventory_instances x) s
  left join inventory_instances t on t."instance_id" = s."instance_id"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."instance_id", t."instance_type", t."platform", t."ip_address", t."computer_name",
    t."ping_status", t."last_ping_date_time", t."agent_version", t."platform_type", t."platform_version",
    t."is_latest_version", t."association_status", t."association_execution_date", t."association_success_date")
    is distinct from (s."account_id", s."instance_id", s."instance_type", s."platform", s."ip_address",
    s."computer_name", s."ping_status", s."last_ping_date_time", s."agent_version", s."platform_type",
    s."platform_version", s."is_latest_version", s."association_status", s."association_execution_date",
    s."association_success_date"))
  on conflict ("instance_id") do update
  set "instance_type" = excluded."instance_type", "platform" = excluded."platform",
    "ip_address" = excluded."ip_address", "computer_name" = excluded."computer_name",
    "ping_status" = excluded."ping_status", "last_ping_date_time" = excluded."last_ping_date_time",
    "agent_version" = excluded."agent_version", "platform_type" = excluded."platform_type",
    "platform_version" = excluded."platform_version", "is_latest_version" = excluded."is_latest_version",
    "association_status" = excluded."association_status", "association_execution_date" =
    excluded."association_execution_date", "association_success_date" = excluded."association_success_date",
    "account_id" = excluded."account_id", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
    and (select account_id from accounts where id = t.account_id) = (select account_id from accounts where id = $1)
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_inventory_instances x
where $1::integer is not null and coalesce(pg_column_size(x."instance_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_inventory_instances group by "instance_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_inventory_instances x
using (select ctid, row_number() over (partition by "instance_id" order by _parent desc,
    _row desc) as n from temp_inventory_instances) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update inventory_instances t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_inventory_instances x) s
where t."instance_id" = s."instance_id" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from inventory_instances t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_inventory_instances x) s where t."instance_id" = s."instance_id")
returning t.id
)
select array[(select count(*) from gone),
  (select count(*) from inventory_applications where "instance_id" = any (array(select id from gone))),
  (select count(*) from inventory_patches where "instance_id" = any (array(select id from gone)))];

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from inventory_instances t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
