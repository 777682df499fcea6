-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from backup_jobs t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from backup_jobs t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy backup_jobs ("account_id", "backup_job_id", "parent_job_id", "state", "status_message", "message_category",
    "resource_arn", "resource_type", "resource_name", "vault_name", "vault_arn", "recovery_point_arn",
    "backup_plan_id", "backup_plan_name", "backup_rule_id", "backup_rule_name", "size_bytes", "percent_done",
    "creation_date", "start_by", "completion_date", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_backup_jobs (_row integer, _parent integer,
    "backup_job_id" character varying(255), "parent_job_id" character varying(255), "state" character varying(50),
    "status_message" text, "message_category" character varying(255), "resource_arn" text,
    "resource_type" character varying(100), "resource_name" text, "vault_name" character varying(255),
    "vault_arn" text, "recovery_point_arn" text, "backup_plan_id" character varying(255),
    "backup_plan_name" character varying(255), "backup_rule_id" character varying(255),
    "backup_rule_name" character varying(255), "size_bytes" numeric(20,0), "percent_done" numeric(5,2),
    "creation_date" timestamp with time zone, "start_by" timestamp with time zone,
    "completion_date" timestamp with time zone);

-- Copies rows to the temporary table.
copy temp_backup_jobs (_row, _parent, "backup_job_id", "parent_job_id", "state", "status_message", "message_category",
    "resource_arn", "resource_type", "resource_name", "vault_name", "vault_arn", "recovery_point_arn",
    "backup_plan_id", "backup_plan_name", "backup_rule_id", "backup_rule_name", "size_bytes", "percent_done",
    "creation_date", "start_by", "completion_date") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into backup_jobs as t ("account_id", "backup_job_id", "parent_job_id", "state", "status_message",
    "message_category", "resource_arn", "resource_type", "resource_name", "vault_name", "vault_arn",
    "recovery_point_arn", "backup_plan_id", "backup_plan_name", "backup_rule_id", "backup_rule_name", "size_bytes",
    "percent_done", "creation_date", "start_by", "completion_date", observed_at)
  select s."account_id", s."backup_job_id", s."parent_job_id", s."state", s."status_message", s."message_category",
    s."resource_arn", s."resource_type", s."resource_name", s."vault_name", s."vault_arn", s."recovery_point_arn",
    s."backup_plan_id", s."backup_plan_name", s."backup_rule_id", s."backup_rule_name", s."size_bytes",
    s."percent_done", s."creation_date", s."start_by", s."completion_date", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_backup_jobs x) s
  left join backup_jobs t on t."account_id" = s."account_id" and t."backup_job_id" = s."backup_job_id"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."backup_job_id", t."parent_job_id", t."state", t."status_message", t."message_category",
    t."resource_arn", t."resource_type", t."resource_name", t."vault_name", t."vault_arn", t."recovery_point_arn",
    t."backup_plan_id", t."backup_plan_name", t."backup_rule_id", t."backup_rule_name", t."size_bytes",
    t."percent_done", t."creation_date", t."start_by", t."completion_date")
    is distinct from (s."account_id", s."backup_job_id", s."parent_job_id", s."state", s."status_message",
    s."message_category", s."resource_arn", s."resource_type", s."resource_name", s."vault_name", s."vault_arn",
    s."recovery_point_arn", s."backup_plan_id", s."backup_plan_name", s."backup_rule_id", s."backup_rule_name",
    s."size_bytes", s."percent_done", s."creation_date", s."start_by", s."completion_date"))
  on conflict ("account_id", "backup_job_id") do update
  set "parent_job_id" = excluded."parent_job_id", "state" = excluded."state",
    "status_message" = excluded."status_message", "message_category" = excluded."message_category",
    "resource_arn" = excluded."resource_arn", "resource_type" = excluded."resource_type",
    "resource_name" = excluded."resource_name", "vault_name" = excluded."vault_name",
    "vault_arn" = excluded."vault_arn", "recovery_point_arn" = excluded."recovery_point_arn",
    "backup_plan_id" = excluded."backup_plan_id", "backup_plan_name" = excluded."backup_plan_name",
    "backup_rule_id" = excluded."backup_rule_id", "backup_rule_name" = excluded."backup_rule_name",
    "size_bytes" = excluded."size_bytes", "percent_done" = excluded."percent_done",
    "creation_date" = excluded."creation_date", "start_by" = excluded."start_by",
    "completion_date" = excluded."completion_date", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_backup_jobs x
where $1::integer is not null and coalesce(pg_column_size(x."backup_job_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_backup_jobs group by _parent, "backup_job_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_backup_jobs x
using (select ctid, row_number() over (partition by _parent, "backup_job_id" order by _parent desc,
    _row desc) as n from temp_backup_jobs) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update backup_jobs t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_backup_jobs x) s
where t."account_id" = s."account_id" and t."backup_job_id" = s."backup_job_id" and coalesce(t.observed_at,
    '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from backup_jobs t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
