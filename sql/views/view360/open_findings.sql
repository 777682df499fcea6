-- The one definition of an open finding of Security Hub. The counters of the security table, which the contract's views
-- show, are of the findings that changed on a day, and not of what is open.
create view view360.open_findings as
select
  f.id, f.finding_id, f.severity, f.title, f.service, f.resource_type, f.resource_id, f.region, f.product_name,
  f.created_at, f.updated_at, s.account_id as account_row_id, l.account, l.account_name
from findings f
join security s on s.id = f.security_id
join view360.account_labels l on l.account_row_id = s.account_id
where f.record_state = 'ACTIVE' and f.status in ('NEW', 'NOTIFIED') and f.closed_at is null;

comment on view view360.open_findings is
  'Open findings of Security Hub: active, new or notified, and listed by the newest snapshot that lists all open ones; one row per findings row. A critical finding is one of them with the severity CRITICAL.';
comment on column view360.open_findings.id is 'findings.id.';
comment on column view360.open_findings.account_row_id is 'accounts.id.';
