-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from cloudtrail_logs t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from cloudtrail_logs t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy cloudtrail_logs ("account_id", "name", "arn", "is_logging", "is_multi_region", "s3_bucket", "kms_key_id",
    "log_file_validation", "latest_delivery_time", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_cloudtrail_logs (_row integer, _parent integer,
    "name" character varying(255), "arn" character varying(255), "is_logging" boolean, "is_multi_region" boolean,
    "s3_bucket" character varying(255), "kms_key_id" character varying(255), "log_file_validation" boolean,
    "latest_delivery_time" timestamp with time zone);

-- Copies rows to the temporary table.
copy temp_cloudtrail_logs (_row, _parent, "name", "arn", "is_logging", "is_multi_region", "s3_bucket", "kms_key_id",
    "log_file_validation", "latest_delivery_time") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into cloudtrail_logs as t ("account_id", "name", "arn", "is_logging", "is_multi_region", "s3_bucket",
    "kms_key_id", "log_file_validation", "latest_delivery_time", observed_at)
  select s."account_id", s."name", s."arn", s."is_logging", s."is_multi_region", s."s3_bucket", s."kms_key_id",
    s."log_file_validation", s."latest_delivery_time", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_cloudtrail_logs x) s
  left join cloudtrail_logs t on t."account_id" = s."account_id" and t."arn" = s."arn"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."name", t."arn", t."is_logging", t."is_multi_region", t."s3_bucket", t."kms_key_id",
    t."log_file_validation", t."latest_delivery_time")
    is distinct from (s."account_id", s."name", s."arn", s."is_logging", s."is_multi_region", s."s3_bucket",
    s."kms_key_id", s."log_file_validation", s."latest_delivery_time"))
  on conflict ("account_id", "arn") do update
  set "name" = excluded."name", "is_logging" = excluded."is_logging", "is_multi_region" = excluded."is_multi_region",
    "s3_bucket" = excluded."s3_bucket", "kms_key_id" = excluded."kms_key_id",
    "log_file_validation" = excluded."log_file_validation", "latest_delivery_time" = excluded."latest_delivery_time",
    observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_cloudtrail_logs x
where $1::integer is not null and coalesce(pg_column_size(x."arn"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_cloudtrail_logs group by _parent, "arn" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_cloudtrail_logs x
using (select ctid, row_number() over (partition by _parent, "arn" order by _parent desc,
    _row desc) as n from temp_cloudtrail_logs) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update cloudtrail_logs t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_cloudtrail_logs x) s
where t."account_id" = s."account_id" and t."arn" = s."arn" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from cloudtrail_logs t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_cloudtrail_logs x) s where t."account_id" = s."account_id" and t."arn" = s."arn")
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
from cloudtrail_logs t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
