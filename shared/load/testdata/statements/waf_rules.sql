-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from waf_rules t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from waf_rules t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy waf_rules ("account_id", "name", "waf_id", "arn", "scope", "description", "default_action", "rules_count",
    "logging_enabled", "geo_blocking_enabled", "blocked_countries", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_waf_rules (_row integer, _parent integer, "name" character varying(255),
    "waf_id" character varying(255), "arn" character varying(255), "scope" character varying(50), "description" text,
    "default_action" jsonb, "rules_count" integer, "logging_enabled" boolean, "geo_blocking_enabled" boolean,
    "blocked_countries" text);

-- Copies rows to the temporary table.
copy temp_waf_rules (_row, _parent, "name", "waf_id", "arn", "scope", "description", "default_action", "rules_count",
    "logging_enabled", "geo_blocking_enabled", "blocked_countries") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into waf_rules as t ("account_id", "name", "waf_id", "arn", "scope", "description", "default_action",
    "rules_count", "logging_enabled", "geo_blocking_enabled", "blocked_countries", observed_at)
  select s."account_id", s."name", s."waf_id", s."arn", s."scope", s."description", s."default_action",
    s."rules_count", s."logging_enabled", s."geo_blocking_enabled", s."blocked_countries", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_waf_rules x) s
  left join waf_rules t on t."account_id" = s."account_id" and t."waf_id" = s."waf_id"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."name", t."waf_id", t."arn", t."scope", t."description", t."default_action",
    t."rules_count", t."logging_enabled", t."geo_blocking_enabled", t."blocked_countries")
    is distinct from (s."account_id", s."name", s."waf_id", s."arn", s."scope", s."description", s."default_action",
    s."rules_count", s."logging_enabled", s."geo_blocking_enabled", s."blocked_countries"))
  on conflict ("account_id", "waf_id") do update
  set "name" = excluded."name", "arn" = excluded."arn", "scope" = excluded."scope",
    "description" = excluded."description", "default_action" = excluded."default_action",
    "rules_count" = excluded."rules_count", "logging_enabled" = excluded."logging_enabled",
    "geo_blocking_enabled" = excluded."geo_blocking_enabled", "blocked_countries" = excluded."blocked_countries",
    observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_waf_rules x
where $1::integer is not null and coalesce(pg_column_size(x."waf_id"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_waf_rules group by _parent, "waf_id" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_waf_rules x
using (select ctid, row_number() over (partition by _parent, "waf_id" order by _parent desc,
    _row desc) as n from temp_waf_rules) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update waf_rules t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_waf_rules x) s
where t."account_id" = s."account_id" and t."waf_id" = s."waf_id" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from waf_rules t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_waf_rules x) s where t."account_id" = s."account_id" and t."waf_id" = s."waf_id")
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
from waf_rules t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
