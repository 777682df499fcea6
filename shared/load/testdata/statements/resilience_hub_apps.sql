-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from resilience_hub_apps t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from resilience_hub_apps t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy resilience_hub_apps ("account_id", "app_arn", "name", "compliance_status", "resiliency_score", "status", "cost",
    "description", "creation_time", "last_assessment_time", "rpo", "rto", "last_drill", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_resilience_hub_apps (_row integer, _parent integer,
    "app_arn" character varying(255), "name" character varying(255), "compliance_status" character varying(50),
    "resiliency_score" numeric(5,2), "status" character varying(50), "cost" numeric(20,10), "description" text,
    "creation_time" timestamp with time zone, "last_assessment_time" timestamp with time zone, "rpo" integer,
    "rto" integer, "last_drill" timestamp with time zone);

-- Copies rows to the temporary table.
copy temp_resilience_hub_apps (_row, _parent, "app_arn", "name", "compliance_status", "resiliency_score", "status",
    "cost", "description", "creation_time", "last_assessment_time", "rpo", "rto", "last_drill") from stdin;

-- Rejects rows that another account has reported.
delete from temp_resilience_hub_apps x using resilience_hub_apps t
join accounts o on o.id = t.account_id
where x."app_arn" = t."app_arn" and o.account_id <> (select account_id from accounts where id = $1)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into resilience_hub_apps as t ("account_id", "app_arn", "name", "compliance_status", "resiliency_score",
    "status", "cost", "description", "creation_time", "last_assessment_time", "rpo", "rto", "last_drill", observed_at)
  select s."account_id", s."app_arn", s."name", s."compliance_status", s."resiliency_score", s."status", s."cost",
    s."description", s."creation_time", s."last_assessment_time", s."rpo", s."rto", s."last_drill", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_resilience_hub_apps x) s
  left join resilience_hub_apps t on t."app_arn" = s."app_arn"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."app_arn", t."name", t."compliance_status", t."resiliency_score", t."status", t."cost",
    t."description", t."creation_time", t."last_assessment_time", t."rpo", t."rto", t."last_drill")
    is distinct from (s."account_id", s."app_arn", s."name", s."compliance_status", s."resiliency_score", s."status",
    s."cost", s."description", s."creation_time", s."last_assessment_time", s."rpo", s."rto", s."last_drill"))
  on conflict ("app_arn") do update
  set "name" = excluded."name", "compliance_status" = excluded."compliance_status",
    "resiliency_score" = excluded."resiliency_score", "status" = excluded."status", "cost" = excluded."cost",
    "description" = excluded."description", "creation_time" = excluded."creation_time",
    "last_assessment_time" = excluded."last_assessment_time", "rpo" = excluded."rpo", "rto" = excluded."rto",
    "last_drill" = excluded."last_drill", "account_id" = excluded."account_id", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
    and (select account_id from accounts where id = t.account_id) = (select account_id from accounts where id = $1)
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_resilience_hub_apps x
where $1::integer is not null and coalesce(pg_column_size(x."app_arn"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_resilience_hub_apps group by "app_arn" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_resilience_hub_apps x
using (select ctid, row_number() over (partition by "app_arn" order by _parent desc,
    _row desc) as n from temp_resilience_hub_apps) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update resilience_hub_apps t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_resilience_hub_apps x) s
where t."app_arn" = s."app_arn" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from resilience_hub_apps t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_resilience_hub_apps x) s where t."app_arn" = s."app_arn")
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
from resilience_hub_apps t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
