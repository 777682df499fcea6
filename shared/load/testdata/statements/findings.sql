-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from findings t where $1::integer is not null
    and t."security_id" in (select id from security_ids)),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from findings t where $1::integer is not null and t."security_id" in (select id from security_ids)
) v;

-- Reads the ids of at most $2 possible parents.
select _row::text, id from security_ids where $1::integer is not null limit $2;

-- Copies rows into a table that has none of the account.
copy findings ("security_id", "finding_id", "service", "title", "description", "severity", "status", "resource_type",
    "resource_id", "created_at", "updated_at", "recommendation", "compliance_status", "region", "workflow_state",
    "record_state", "product_name", "company_name", "product_arn", "generator_id", "generator", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_findings (_row integer, _parent integer, "finding_id" character varying(255),
    "service" character varying(255), "title" text, "description" text, "severity" character varying(50),
    "status" character varying(50), "resource_type" character varying(255), "resource_id" character varying(255),
    "created_at" timestamp with time zone, "updated_at" timestamp with time zone, "recommendation" text,
    "compliance_status" character varying(50), "region" character varying(50), "workflow_state" character varying(50),
    "record_state" character varying(50), "product_name" character varying(255), "company_name" character varying(255),
    "product_arn" character varying(255), "generator_id" character varying(255), "generator" character varying(255));

-- Copies rows to the temporary table.
copy temp_findings (_row, _parent, "finding_id", "service", "title", "description", "severity", "status",
    "resource_type", "resource_id", "created_at", "updated_at", "recommendation", "compliance_status", "region",
    "workflow_state", "record_state", "product_name", "company_name", "product_arn", "generator_id",
    "generator") from stdin;

-- Rejects rows without a parent.
delete from temp_findings x
where $1::integer is not null and not exists (select from security_ids p where p._row = x._parent)
returning x._parent, x._row;

-- Rejects rows that another account has reported.
delete from temp_findings x using findings t
join security p on p.id = t."security_id" join accounts o on o.id = p.account_id
where x."finding_id" = t."finding_id" and o.account_id <> (select account_id from accounts where id = $1)
returning x._parent, x._row;

-- Rejects rows that are another thing than the stored row.
delete from temp_findings x using findings t
where $1::integer is not null and x."finding_id" = t."finding_id"
    and (substring(x.product_arn from '::product/(.*)') <> substring(t.product_arn from '::product/(.*)') or
    substring(x.product_arn from '::productv2/(.*)') <> substring(t.product_arn from '::productv2/(.*)'))
returning x._parent, x._row;

-- Rejects rows that are another thing than an earlier row.
delete from temp_findings x using temp_findings t
where $1::integer is not null and x."finding_id" = t."finding_id" and (t._parent, t._row) < (x._parent, x._row)
    and (substring(x.product_arn from '::product/(.*)') <> substring(t.product_arn from '::product/(.*)') or
    substring(x.product_arn from '::productv2/(.*)') <> substring(t.product_arn from '::productv2/(.*)'))
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into findings as t ("security_id", "finding_id", "service", "title", "description", "severity", "status",
    "resource_type", "resource_id", "created_at", "updated_at", "recommendation", "compliance_status", "region",
    "workflow_state", "record_state", "product_name", "company_name", "product_arn", "generator_id", "generator",
    observed_at)
  select s."security_id", s."finding_id", s."service", s."title", s."description", s."severity", s."status",
    s."resource_type", s."resource_id", s."created_at", s."updated_at", s."recommendation", s."compliance_status",
    s."region", s."workflow_state", s."record_state", s."product_name", s."company_name", s."product_arn",
    s."generator_id", s."generator", $2::timestamptz
  from (select $1::integer as account_id, p.id as "security_id", x.* from temp_findings x
  join security_ids p on p._row = x._parent) s
  left join findings t on t."finding_id" = s."finding_id"
  where t.id is null or ((case when t."updated_at" <= coalesce(t.observed_at,
    '-infinity') + interval '1 day' then t."updated_at" else '-infinity' end, coalesce(t.observed_at, '-infinity'))
    <= (case when s."updated_at" <= $2::timestamptz + interval '1 day' then s."updated_at" else '-infinity' end, $2)
    and (t."security_id", t."finding_id", t."service", t."title", t."description", t."severity", t."status",
    t."resource_type", t."resource_id", t."created_at", t."updated_at", t."recommendation", t."compliance_status",
    t."region", t."workflow_state", t."record_state", t."product_name", t."company_name", t."product_arn",
    t."generator_id", t."generator")
    is distinct from (s."security_id", s."finding_id", s."service", s."title", s."description", s."severity",
    s."status", s."resource_type", s."resource_id", s."created_at", s."updated_at", s."recommendation",
    s."compliance_status", s."region", s."workflow_state", s."record_state", s."product_name", s."company_name",
    s."product_arn", s."generator_id", s."generator"))
  on conflict ("finding_id") do update
  set "service" = excluded."service", "title" = excluded."title", "description" = excluded."description",
    "severity" = excluded."severity", "status" = excluded."status", "resource_type" = excluded."resource_type",
    "resource_id" = excluded."resource_id", "created_at" = excluded."created_at", "updated_at" = excluded."updated_at",
    "recommendation" = excluded."recommendation", "compliance_status" = excluded."compliance_status",
    "region" = excluded."region", "workflow_state" = excluded."workflow_state",
    "record_state" = excluded."record_state", "product_name" = excluded."product_name",
    "company_name" = excluded."company_name", "product_arn" = excluded."product_arn",
    "generator_id" = excluded."generator_id", "generator" = excluded."generator",
    "security_id" = excluded."security_id", observed_at = excluded.observed_at
  where (case when t."updated_at" <= coalesce(t.observed_at,
    '-infinity') + interval '1 day' then t."updated_at" else '-infinity' end, coalesce(t.observed_at, '-infinity'))
    <= (case when excluded."updated_at" <= $2::timestamptz + interval '1 day' then excluded."updated_at" else
    '-infinity' end, $2)
    and (select account_id from accounts where id = (select account_id from security where id = t."security_id")) =
    (select account_id from accounts where id = $1)
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_findings x
where $1::integer is not null and coalesce(pg_column_size(x."finding_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_findings group by "finding_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_findings x
using (select ctid, row_number() over (partition by "finding_id" order by _parent desc,
    _row desc) as n from temp_findings) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update findings t set observed_at = $2
from (select $1::integer as account_id, p.id as "security_id", x.* from temp_findings x
  join security_ids p on p._row = x._parent) s
where t."finding_id" = s."finding_id" and coalesce(t.observed_at, '-infinity') < $2
  and (case when t."updated_at" <= coalesce(t.observed_at, '-infinity') + interval '1 day' then t."updated_at" else
    '-infinity' end, coalesce(t.observed_at, '-infinity'))
    <= (case when s."updated_at" <= $2::timestamptz + interval '1 day' then s."updated_at" else '-infinity' end, $2);

-- Finds the parents that rows leave or do not reach.
select coalesce(array_agg(distinct p), '{}')
from (select $1::integer as account_id, p.id as "security_id", x.* from temp_findings x
  join security_ids p on p._row = x._parent) s
join findings t on t."finding_id" = s."finding_id" and t."security_id" <> s."security_id"
cross join lateral (values (t."security_id"), (s."security_id")) v(p);

-- Resets the counters of those that have no rows.
update security p set "total_findings" = 0, "critical_count" = 0, "high_count" = 0, "medium_count" = 0,
    "low_count" = 0, "informational_count" = 0, "open_findings" = 0, "resolved_findings" = 0
where p.id = any ($1::integer[]) and (p."total_findings" <> 0 or p."critical_count" <> 0 or p."high_count" <> 0 or
    p."medium_count" <> 0 or p."low_count" <> 0 or p."informational_count" <> 0 or p."open_findings" <> 0 or
    p."resolved_findings" <> 0)
  and not exists (select from findings t where t."security_id" = p.id);

-- Says which open rows the newest list of all open ones lacks.
update findings t set closed_at = case when (t.record_state is distinct from 'ARCHIVED' and t.status in ('NEW',
    'NOTIFIED') and coalesce(t.observed_at, '-infinity') < w.observed_at) then w.observed_at end
from view360.section_watermarks w
where w.account_row_id = $1 and w.table_name = $2 and t."security_id" in (select id from security where account_id =
    $1)
  and (t.closed_at is not null) <> (t.record_state is distinct from 'ARCHIVED' and t.status in ('NEW', 'NOTIFIED')
    and coalesce(t.observed_at, '-infinity') < w.observed_at);

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from findings t where $1::integer is not null and t."security_id" in (select id from security_ids)
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
