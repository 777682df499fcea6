-- Reads the stored state: $1 accounts row, $2 table, $3 time of collection.
select coalesce(w.observed_at > $3, false),
  not exists (select from waf_rules_detailed t where t.account_id = $1),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2;

-- Compares the versions of the rows in scope with those of the fingerprint ($3).
select versions = $3::text::numeric from (
select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from waf_rules_detailed t where t.account_id = $1
) v;

-- Copies rows into a table that has none of the account.
copy waf_rules_detailed ("account_id", "web_acl_name", "rule_name", "priority", "action", "statement_type",
    "is_managed_rule", "is_custom_rule", "rate_limit", "logging_enabled", "geo_blocking", "sql_injection",
    "sample_request_enabled", "cloudwatch_enabled", "has_xss_protection", "waf_version", "is_compliant", "scope",
    observed_at) from stdin;

-- Creates the temporary table, once for each connection.
create temporary table if not exists temp_waf_rules_detailed (_row integer, _parent integer,
    "web_acl_name" character varying(255), "rule_name" character varying(255), "priority" integer, "action" text,
    "statement_type" character varying(100), "is_managed_rule" boolean, "is_custom_rule" boolean, "rate_limit" boolean,
    "logging_enabled" boolean, "geo_blocking" boolean, "sql_injection" boolean, "sample_request_enabled" boolean,
    "cloudwatch_enabled" boolean, "has_xss_protection" boolean, "waf_version" character varying(10),
    "is_compliant" boolean, "scope" character varying(20));

-- Copies rows to the temporary table.
copy temp_waf_rules_detailed (_row, _parent, "web_acl_name", "rule_name", "priority", "action", "statement_type",
    "is_managed_rule", "is_custom_rule", "rate_limit", "logging_enabled", "geo_blocking", "sql_injection",
    "sample_request_enabled", "cloudwatch_enabled", "has_xss_protection", "waf_version", "is_compliant",
    "scope") from stdin;

-- Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.
with written as (
  insert into waf_rules_detailed as t ("account_id", "web_acl_name", "rule_name", "priority", "action",
    "statement_type", "is_managed_rule", "is_custom_rule", "rate_limit", "logging_enabled", "geo_blocking",
    "sql_injection", "sample_request_enabled", "cloudwatch_enabled", "has_xss_protection", "waf_version",
    "is_compliant", "scope", observed_at)
  select s."account_id", s."web_acl_name", s."rule_name", s."priority", s."action", s."statement_type",
    s."is_managed_rule", s."is_custom_rule", s."rate_limit", s."logging_enabled", s."geo_blocking", s."sql_injection",
    s."sample_request_enabled", s."cloudwatch_enabled", s."has_xss_protection", s."waf_version", s."is_compliant",
    s."scope", $2::timestamptz
  from (select $1::integer as account_id, x.* from temp_waf_rules_detailed x) s
  left join waf_rules_detailed t on t."account_id" = s."account_id" and t."web_acl_name" = s."web_acl_name"
    and t."rule_name" = s."rule_name" and t."scope" = s."scope"
  where t.id is null or (coalesce(t.observed_at, '-infinity') <= $2
    and (t."account_id", t."web_acl_name", t."rule_name", t."priority", t."action", t."statement_type",
    t."is_managed_rule", t."is_custom_rule", t."rate_limit", t."logging_enabled", t."geo_blocking", t."sql_injection",
    t."sample_request_enabled", t."cloudwatch_enabled", t."has_xss_protection", t."waf_version", t."is_compliant",
    t."scope")
    is distinct from (s."account_id", s."web_acl_name", s."rule_name", s."priority", s."action", s."statement_type",
    s."is_managed_rule", s."is_custom_rule", s."rate_limit", s."logging_enabled", s."geo_blocking", s."sql_injection",
    s."sample_request_enabled", s."cloudwatch_enabled", s."has_xss_protection", s."waf_version", s."is_compliant",
    s."scope"))
  on conflict ("account_id", "web_acl_name", "rule_name", "scope") do update
  set "priority" = excluded."priority", "action" = excluded."action", "statement_type" = excluded."statement_type",
    "is_managed_rule" = excluded."is_managed_rule", "is_custom_rule" = excluded."is_custom_rule",
    "rate_limit" = excluded."rate_limit", "logging_enabled" = excluded."logging_enabled",
    "geo_blocking" = excluded."geo_blocking", "sql_injection" = excluded."sql_injection",
    "sample_request_enabled" = excluded."sample_request_enabled", "cloudwatch_enabled" = excluded."cloudwatch_enabled",
    "has_xss_protection" = excluded."has_xss_protection", "waf_version" = excluded."waf_version",
    "is_compliant" = excluded."is_compliant", observed_at = excluded.observed_at, updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= $2
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written;

-- Rejects rows whose key no index holds, after an upsert that failed for it.
delete from temp_waf_rules_detailed x
where $1::integer is not null and coalesce(pg_column_size(x."web_acl_name"),
    0) + coalesce(pg_column_size(x."rule_name"), 0) + coalesce(pg_column_size(x."scope"), 0) > 2600
returning x._parent, x._row;

-- Looks for duplicates after an upsert that left rows out.
select exists (select from temp_waf_rules_detailed group by _parent, "web_acl_name", "rule_name",
    "scope" having count(*) > 1);

-- Deletes all but the last row of each key, before the upsert runs again.
delete from temp_waf_rules_detailed x
using (select ctid, row_number() over (partition by _parent, "web_acl_name", "rule_name",
    "scope" order by _parent desc, _row desc) as n from temp_waf_rules_detailed) d
where x.ctid = d.ctid and d.n > 1;

-- Marks equal rows as seen, unless the section uses a watermark.
update waf_rules_detailed t set observed_at = $2
from (select $1::integer as account_id, x.* from temp_waf_rules_detailed x) s
where t."account_id" = s."account_id" and t."web_acl_name" = s."web_acl_name" and t."rule_name" = s."rule_name"
    and t."scope" = s."scope" and coalesce(t.observed_at, '-infinity') < $2
  and coalesce(t.observed_at, '-infinity') <= $2;

-- Deletes rows that a complete section does not list.
with gone as (
delete from waf_rules_detailed t
where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2
  and not exists (select from (select $1::integer as account_id,
    x.* from temp_waf_rules_detailed x) s where t."account_id" = s."account_id"
    and t."web_acl_name" = s."web_acl_name" and t."rule_name" = s."rule_name" and t."scope" = s."scope")
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
from waf_rules_detailed t where t.account_id = $1
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions;
