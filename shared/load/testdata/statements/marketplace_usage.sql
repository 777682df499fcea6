-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from marketplace_usage t where t.account_id = $1)
    and not exists (select from view360.period_watermarks w where w.account_row_id = $1 and w.table_name = $2),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from marketplace_usage t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy marketplace_usage ("account_id", "product_code", "product_name", "cost_consumed", "currency", "period_start",
    "period_end", "status", observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_marketplace_usage (_row integer, _parent integer,
    "product_code" character varying(255), "product_name" character varying(255), "cost_consumed" numeric(20,10),
    "currency" character varying(3), "period_start" date, "period_end" date, "status" character varying(50));

-- Copies rows to the temporary table.
copy temp_marketplace_usage (_row, _parent, "product_code", "product_name", "cost_consumed", "currency",
    "period_start", "period_end", "status") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into marketplace_usage as t ("account_id", "product_code", "product_name", "cost_consumed", "currency",
    "period_start", "period_end", "status", observed_at)
  select s."account_id", s."product_code", s."product_name", s."cost_consumed", s."currency", s."period_start",
    s."period_end", s."status", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_marketplace_usage x
  where not exists (select from view360.period_watermarks w where w.account_row_id = $1
    and w.table_name = 'marketplace_usage'
    and w.period_start = x."period_start" and w.period_end = x."period_end" and w.granularity = 'DAILY'::text
    and w.observed_at > $2)) s
  left join marketplace_usage t on t."account_id" = s."account_id" and t."product_code" = s."product_code"
    and t."period_start" = s."period_start"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."product_code", t."product_name", t."cost_consumed", t."currency", t."period_start",
    t."period_end", t."status")
    is distinct from (s."account_id", s."product_code", s."product_name", s."cost_consumed", s."currency",
    s."period_start", s."period_end", s."status"))
  on conflict ("account_id", "product_code", "period_start") do update
  set "product_name" = excluded."product_name", "cost_consumed" = excluded."cost_consumed",
    "currency" = excluded."currency", "period_end" = excluded."period_end", "status" = excluded."status",
    observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_marketplace_usage x
where $1::integer is not null and coalesce(pg_column_size(x."product_code"),
    0) + coalesce(pg_column_size(x."period_start"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_marketplace_usage group by _parent, "product_code", "period_start" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_marketplace_usage x
using (select ctid, row_number() over (partition by _parent, "product_code", "period_start" order by _parent desc,
    _row desc) as n from temp_marketplace_usage) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update marketplace_usage t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_marketplace_usage x
  where not exists (select from view360.period_watermarks w where w.account_row_id = $1
    and w.table_name = 'marketplace_usage'
    and w.period_start = x."period_start" and w.period_end = x."period_end" and w.granularity = 'DAILY'::text
    and w.observed_at > $2)) s
where t."account_id" = s."account_id" and t."product_code" = s."product_code"
    and t."period_start" = s."period_start" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Records when a period was observed as a whole: $3 to $4, granularity $5.
insert into view360.period_watermarks as w (account_row_id, table_name, period_start, period_end, granularity,
    observed_at)
values ($1, 'marketplace_usage', $3, $4, $5, $2)
on conflict (account_row_id, table_name, period_start, period_end,
    granularity) do update set observed_at = excluded.observed_at
where w.observed_at < excluded.observed_at;

-- Deletes rows of a period that a complete section does not list.
with gone as (
delete from marketplace_usage t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and t."period_start" = $3 and t."period_end" = $4 and 'DAILY'::text = $5
  and not exists (select from (select $1::integer as account_id, x.* from temp_marketplace_usage x
  where not exists (select from view360.period_watermarks w where w.account_row_id = $1
    and w.table_name = 'marketplace_usage'
    and w.period_start = x."period_start" and w.period_end = x."period_end" and w.granularity = 'DAILY'::text
    and w.observed_at > $2)) s where t."account_id" = s."account_id" and t."product_code" = s."product_code"
    and t."period_start" = s."period_start")
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
from marketplace_usage t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
