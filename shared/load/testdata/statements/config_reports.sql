-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from config_reports t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_config_reports (_row integer, _parent integer, "date_from" date,
    "date_to" date, "compliance_score" numeric(5,2), "total_rules" integer, "compliant_rules" integer,
    "non_compliant_rules" integer, "curr_non_compliant" integer, "curr_compliant" integer,
    "period_granularity" period_granularity_type);
create temporary table if not exists config_reports_ids (_row integer, id integer, fresh boolean);

-- Copies rows to the temporary table.
copy temp_config_reports (_row, _parent, "date_from", "date_to", "compliance_score", "total_rules", "compliant_rules",
    "non_compliant_rules", "curr_non_compliant", "curr_compliant", "period_granularity") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into config_reports as t ("account_id", "date_from", "date_to", "compliance_score", "total_rules",
    "compliant_rules", "non_compliant_rules", "curr_non_compliant", "curr_compliant", "period_granularity",
    observed_at)
  select s."account_id", s."date_from", s."date_to", s."compliance_score", s."total_rules", s."compliant_rules",
    s."non_compliant_rules", s."curr_non_compliant", s."curr_compliant", s."period_granularity", $2::timestamptz
  from (select distinct on (s."account_id", s."date_from", s."period_granularity") * from (select $1::integer as
    account_id, x.* from temp_config_reports x) s order by s."account_id", s."date_from", s."period_granularity",
    s._row desc) s
  left join config_reports t on t."account_id" = s."account_id" and t."date_from" = s."date_from"
    and t."period_granularity" = s."period_granularity"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."date_from", t."date_to", t."compliance_score", t."total_rules", t."compliant_rules",
    t."non_compliant_rules", t."curr_non_compliant", t."curr_compliant", t."period_granularity")
    is distinct from (s."account_id", s."date_from", s."date_to", coalesce(s."compliance_score", t."compliance_score"),
    coalesce(s."total_rules", t."total_rules"), coalesce(s."compliant_rules", t."compliant_rules"),
    coalesce(s."non_compliant_rules", t."non_compliant_rules"), coalesce(s."curr_non_compliant",
    t."curr_non_compliant"), coalesce(s."curr_compliant", t."curr_compliant"), s."period_granularity"))
  on conflict ("account_id", "date_from", "period_granularity") do update
  set "date_to" = excluded."date_to", "compliance_score" = coalesce(excluded."compliance_score", t."compliance_score"),
    "total_rules" = coalesce(excluded."total_rules", t."total_rules"),
    "compliant_rules" = coalesce(excluded."compliant_rules", t."compliant_rules"),
    "non_compliant_rules" = coalesce(excluded."non_compliant_rules", t."non_compliant_rules"),
    "curr_non_compliant" = coalesce(excluded."curr_non_compliant", t."curr_non_compliant"),
    "curr_compliant" = coalesce(excluded."curr_compliant", t."curr_compliant"), observed_at = excluded.observed_at
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_config_reports x
where $1::integer is not null and coalesce(pg_column_size(x."date_from"),
    0) + coalesce(pg_column_size(x."period_granularity"), 0) > 2600
returning x._parent, x._row;

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_config_reports x
using (select ctid, row_number() over (partition by _parent, "date_from", "period_granularity" order by _parent desc,
    _row desc) as n from temp_config_reports) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update config_reports t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_config_reports x) s
where t."account_id" = s."account_id" and t."date_from" = s."date_from"
    and t."period_granularity" = s."period_granularity" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Saves the ids for the child tables.
insert into config_reports_ids
select s._row, t.id, coalesce(t.observed_at, '-infinity') <= $2 as fresh
from (select $1::integer as account_id, x.* from temp_config_reports x) s
join config_reports t on t."account_id" = s."account_id" and t."date_from" = s."date_from"
    and t."period_granularity" = s."period_granularity";
