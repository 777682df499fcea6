-- The counters of all services of an account row. See the security table for what they count.
create view view360.security_totals as
select
  account_id as account_row_id,
  sum(total_findings) as total_findings,
  sum(open_findings) as open_findings,
  sum(resolved_findings) as resolved_findings,
  sum(critical_count) as critical_findings,
  sum(high_count) as high_findings,
  sum(medium_count) as medium_findings,
  sum(low_count) as low_findings,
  round(sum(resolved_findings)::numeric / nullif(sum(total_findings), 0), 4) as resolution_rate
from security
group by account_id;

comment on view view360.security_totals is
  'Security Hub counters of an account: one row per accounts row that has any.';
