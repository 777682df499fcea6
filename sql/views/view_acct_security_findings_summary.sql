create view view_acct_security_findings_summary as
select
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name,
  s.service, s.total_findings, s.critical_count, s.high_count, s.medium_count, s.low_count,
  s.informational_count, s.open_findings, s.resolved_findings,
  0 as suppressed_count,
  0 as in_progress_count,
  s.open_findings as active_issues,
  'N/A'::text as region_finding,
  s.resolved_findings as resolved_count,
  case
    when s.critical_count > 0 then 'CRITICAL'
    when s.high_count > 0 then 'HIGH'
    when s.medium_count > 0 then 'MEDIUM'
    when s.low_count > 0 then 'LOW'
    when s.informational_count > 0 then 'INFORMATIONAL'
    else 'CLEAN'
  end as severity,
  round(s.resolved_findings::numeric / nullif(s.total_findings, 0) * 100, 2) as resolution_rate_percent,
  case
    when s.critical_count > 0 then 'Critical'
    when s.high_count > 0 then 'High'
    when s.medium_count > 0 then 'Medium'
    when s.low_count > 0 then 'Low'
    else 'Clean'
  end as risk_level,
  s.created_at, s.updated_at
from security s
join view360.account_labels l on l.account_row_id = s.account_id;

comment on view view_acct_security_findings_summary is
  'Security counters with derived severity and rates: one row per security row. The rate is a percentage.';
comment on column view_acct_security_findings_summary.suppressed_count is '0: not collected.';
comment on column view_acct_security_findings_summary.in_progress_count is '0: not collected.';
comment on column view_acct_security_findings_summary.active_issues is 'Same as open_findings.';
comment on column view_acct_security_findings_summary.region_finding is 'N/A: the counters are not kept by region.';
comment on column view_acct_security_findings_summary.resolved_count is 'Same as resolved_findings.';
comment on column view_acct_security_findings_summary.severity is
  'Highest severity: CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL; CLEAN without findings.';
comment on column view_acct_security_findings_summary.resolution_rate_percent is
  'Resolved findings in percent of all; null without findings.';
comment on column view_acct_security_findings_summary.risk_level is
  'Highest severity: Critical, High, Medium, Low; Clean without any.';
