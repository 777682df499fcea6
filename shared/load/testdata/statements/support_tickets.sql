-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from support_tickets t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from support_tickets t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy support_tickets ("account_id", "case_id", "display_id", "subject", "status", "severity_code", "service_code",
    "category_code", "time_created", "submitted_by", "language", "date_from", "date_to", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_support_tickets (_row integer, _parent integer,
    "case_id" character varying(255), "display_id" character varying(50), "subject" text,
    "status" character varying(50), "severity_code" character varying(50), "service_code" character varying(255),
    "category_code" character varying(50), "time_created" timestamp with time zone,
    "submitted_by" character varying(255), "language" character varying(10), "date_from" date, "date_to" date);

-- Copies rows to the temporary table.
copy temp_support_tickets (_row, _parent, "case_id", "display_id", "subject", "status", "severity_code",
    "service_code", "category_code", "time_created", "submitted_by", "language", "date_from", "date_to") from stdin;

-- Rejects rows that another account has reported.
delete from temp_support_tickets x using support_tickets t
join accounts o on o.id = t.account_id
where x."case_id" = t."case_id" and o.account_id <> (select account_id from accounts where id = $1)
returning x._parent, x._row;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into support_tickets as t ("account_id", "case_id", "display_id", "subject", "status", "severity_code",
    "service_code", "category_code", "time_created", "submitted_by", "language", "date_from", "date_to", observed_at)
  select s."account_id", s."case_id", s."display_id", s."subject", s."status", s."severity_code", s."service_code",
    s."category_code", s."time_created", s."submitted_by", s."language", s."date_from", s."date_to", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_support_tickets x) s
  left join support_tickets t on t."case_id" = s."case_id"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."case_id", t."display_id", t."subject", t."status", t."severity_code", t."service_code",
    t."category_code", t."time_created", t."submitted_by", t."language", t."date_from", t."date_to")
    is distinct from (s."account_id", s."case_id", s."display_id", s."subject", s."status", s."severity_code",
    s."service_code", s."category_code", s."time_created", s."submitted_by", s."language", s."date_from", s."date_to"))
  on conflict ("case_id") do update
  set "display_id" = excluded."display_id", "subject" = excluded."subject", "status" = excluded."status",
    "severity_code" = excluded."severity_code", "service_code" = excluded."service_code",
    "category_code" = excluded."category_code", "time_created" = excluded."time_created",
    "submitted_by" = excluded."submitted_by", "language" = excluded."language", "date_from" = excluded."date_from",
    "date_to" = excluded."date_to", "account_id" = excluded."account_id", observed_at = excluded.observed_at,
    updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= $2
    and (select account_id from accounts where id = t.account_id) = (select account_id from accounts where id = $1)
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_support_tickets x
where $1::integer is not null and coalesce(pg_column_size(x."case_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_support_tickets group by "case_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_support_tickets x
using (select ctid, row_number() over (partition by "case_id" order by _parent desc,
    _row desc) as n from temp_support_tickets) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update support_tickets t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_support_tickets x) s
where t."case_id" = s."case_id" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the fingerprint.
insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from support_tickets t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
