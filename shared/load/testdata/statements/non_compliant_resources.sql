-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from non_compliant_resources t where $1::integer is not null
    and t."config_report_id" in (select id from config_reports_ids)),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from non_compliant_resources t where $1::integer is not null
    and t."config_report_id" in (select id from config_reports_ids)
) v;

-- Reads the ids of at most $2 possible parents.
select _row::text, id from config_reports_ids where $1::integer is not null and fresh limit $2;

-- Copies rows into a table that has none of the account.
copy non_compliant_resources ("config_report_id", "resource_type", "resource_id", "compliance_type", "rule_name",
    "created_at", "annotation", "evaluation_mode", "conformance_pack", "status", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_non_compliant_resources (_row integer, _parent integer,
    "resource_type" character varying(255), "resource_id" character varying(255),
    "compliance_type" character varying(50), "rule_name" character varying(255), "created_at" timestamp with time zone,
    "annotation" text, "evaluation_mode" text, "conformance_pack" text, "status" character varying(255));

-- Copies rows to the temporary table.
copy temp_non_compliant_resources (_row, _parent, "resource_type", "resource_id", "compliance_type", "rule_name",
    "created_at", "annotation", "evaluation_mode", "conformance_pack", "status") from stdin;

-- Rejects rows without a parent.
delete from temp_non_compliant_resources x
where $1::integer is not null and not exists (select from config_reports_ids p where p._row = x._parent)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into non_compliant_resources as t ("config_report_id", "resource_type", "resource_id", "compliance_type",
    "rule_name", "created_at", "annotation", "evaluation_mode", "conformance_pack", "status", observed_at)
  select s."config_report_id", s."resource_type", s."resource_id", s."compliance_type", s."rule_name", s."created_at",
    s."annotation", s."evaluation_mode", s."conformance_pack", s."status", $2::timestamptz
  from (select $1::integer as account_id, p.id as "config_report_id", x.* from temp_non_compliant_resources x
  join config_reports_ids p on p._row = x._parent and p.fresh) s
  left join non_compliant_resources t on t."config_report_id" = s."config_report_id" and coalesce(t."rule_name",
    e'\x01') = coalesce(s."rule_name", e'\x01') and coalesce(t."resource_type", e'\x01') = coalesce(s."resource_type",
    e'\x01') and coalesce(t."resource_id", e'\x01') = coalesce(s."resource_id", e'\x01')
    and coalesce(t."evaluation_mode", e'\x01') = coalesce(s."evaluation_mode", e'\x01')
    and t."config_report_id" = any (array(select id from config_reports_ids p))
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."config_report_id", t."resource_type", t."resource_id", t."compliance_type", t."rule_name", t."created_at",
    t."annotation", t."evaluation_mode", t."conformance_pack", t."status")
    is distinct from (s."config_report_id", s."resource_type", s."resource_id", s."compliance_type", s."rule_name",
    s."created_at", s."annotation", s."evaluation_mode", s."conformance_pack", s."status"))
  on conflict ("config_report_id", "rule_name", "resource_type", "resource_id", "evaluation_mode") do update
  set "compliance_type" = excluded."compliance_type", "created_at" = excluded."created_at",
    "annotation" = excluded."annotation", "conformance_pack" = excluded."conformance_pack",
    "status" = excluded."status", observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_non_compliant_resources x
where $1::integer is not null and coalesce(pg_column_size(x."rule_name"),
    0) + coalesce(pg_column_size(x."resource_type"), 0) + coalesce(pg_column_size(x."resource_id"),
    0) + coalesce(pg_column_size(x."evaluation_mode"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_non_compliant_resources group by _parent, "rule_name", "resource_type", "resource_id",
    "evaluation_mode" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_non_compliant_resources x
using (select ctid, row_number() over (partition by _parent, "rule_name", "resource_type", "resource_id",
    "evaluation_mode" order by _parent desc, _row desc) as n from temp_non_compliant_resources) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update non_compliant_resources t set observed_at = $2
from (select $1::integer as account_id, p.id as "config_report_id", x.* from temp_non_compliant_resources x
  join config_reports_ids p on p._row = x._parent and p.fresh) s
where t."config_report_id" = s."config_report_id" and coalesce(t."rule_name", e'\x01') = coalesce(s."rule_name",
    e'\x01') and coalesce(t."resource_type", e'\x01') = coalesce(s."resource_type", e'\x01')
    and coalesce(t."resource_id", e'\x01') = coalesce(s."resource_id", e'\x01') and coalesce(t."evaluation_mode",
    e'\x01') = coalesce(s."evaluation_mode", e'\x01')
    and t."config_report_id" = any (array(select id from config_reports_ids p)) and coalesce(t.observed_at,
    '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that left the set of their parent.
with gone as (
delete from non_compliant_resources t
where t."config_report_id" = any (array(select id from config_reports_ids where fresh)) and coalesce(t.observed_at,
    '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id, p.id as "config_report_id",
    x.* from temp_non_compliant_resources x
  join config_reports_ids p on p._row = x._parent and p.fresh) s where t."config_report_id" = s."config_report_id"
    and coalesce(t."rule_name", e'\x01') = coalesce(s."rule_name", e'\x01') and coalesce(t."resource_type",
    e'\x01') = coalesce(s."resource_type", e'\x01') and coalesce(t."resource_id", e'\x01') = coalesce(s."resource_id",
    e'\x01') and coalesce(t."evaluation_mode", e'\x01') = coalesce(s."evaluation_mode", e'\x01'))
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
from non_compliant_resources t where $1::integer is not null
    and t."config_report_id" in (select id from config_reports_ids)
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
