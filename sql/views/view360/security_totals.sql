-- The counters of all services of an account row. The security table describes the counters.
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
comment on column view360.security_totals.account_row_id is 'accounts.id.';
comment on column view360.security_totals.total_findings is 'Findings of all services of Security Hub.';
comment on column view360.security_totals.open_findings is 'Open findings.';
comment on column view360.security_totals.resolved_findings is 'Resolved findings.';
comment on column view360.security_totals.critical_findings is 'Critical findings.';
comment on column view360.security_totals.high_findings is 'High findings.';
comment on column view360.security_totals.medium_findings is 'Medium findings.';
comment on column view360.security_totals.low_findings is 'Low findings.';
comment on column view360.security_totals.resolution_rate is
  'Resolved findings as a fraction of all; null without findings.';
