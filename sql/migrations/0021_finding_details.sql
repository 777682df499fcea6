-- What people sort by and look for first: the label of a severity, whether a finding was archived, whether an exploit or a
-- fix exists, and whether an event of AWS Health needs action.
-- +goose Up
alter table guard_duty_findings
  add column severity_label text,
  add column archived boolean;
alter table inspector_findings
  add column exploit_available text,
  add column fix_available text,
  add column epss numeric(6,5);
alter table health_events
  add column actionability text,
  add column personas text;

comment on column guard_duty_findings.severity_label is 'security.guard_duty[].severity_label: Low, Medium, High or Critical.';
comment on column guard_duty_findings.archived is 'security.guard_duty[].archived: somebody or a suppression rule archived the finding.';
comment on column inspector_findings.exploit_available is 'security.inspector[].exploit_available: YES or NO.';
comment on column inspector_findings.fix_available is 'security.inspector[].fix_available: YES, NO or PARTIAL.';
comment on column inspector_findings.epss is
  'security.inspector[].epss: probability that the vulnerability is exploited in the next 30 days, 0 to 1.';
comment on column health_events.actionability is
  'health[].actionability: ACTION_REQUIRED, ACTION_MAY_BE_REQUIRED or INFORMATIONAL.';
comment on column health_events.personas is 'health[].personas: OPERATIONS, SECURITY or BILLING, separated by commas.';
