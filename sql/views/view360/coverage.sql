-- The newest run that read a source, for each account and region. A run without the source, such as a backfill or a
-- repair, has no effect.
create view view360.coverage as
select
  a.account_id as account,
  a.region as account_region,
  s.name as service,
  case when t.not_applicable and o.status <> 'skipped' and p.collected_at is not null then 'lost' else o.status end::varchar as last_outcome,
  o.collected_at as last_run_at,
  p.collected_at as last_success_at,
  now() - p.collected_at as age,
  o.reason,
  s.title,
  o.run,
  o.snapshot_date,
  o.operation,
  o.error_code,
  o.error_message,
  o.principal,
  o.action,
  o.resource,
  o.warnings,
  o.messages,
  o.items,
  coalesce(t.failed or t.not_applicable and o.status <> 'skipped' and p.collected_at is not null, false) as is_unread
from accounts a
cross join view360.sources s
cross join lateral (
  (
    select *
    from view360.outcomes n
    where n.account_row_id = a.id and n.source = s.name and n.status <> 'skipped'
    order by n.collected_at desc, n.snapshot_date desc
    limit 1
  )
  union all
  (
    select *
    from view360.outcomes n
    where n.account_row_id = a.id and n.source = s.name and n.status = 'skipped'
    order by n.collected_at desc, n.snapshot_date desc
    limit 1
  )
  limit 1
) o
left join view360.statuses t on t.status = o.status
left join lateral (
  select n.collected_at
  from view360.outcomes n
  where n.account_row_id = a.id and n.source = s.name and n.status in ('passed', 'passed with warnings')
  order by n.collected_at desc
  limit 1
) p on true;

comment on view view360.coverage is
  'Freshness: one row per account, region and source that was collected, with the last outcome, the last success and the reason.';
comment on column view360.coverage.account is '12-digit AWS account id.';
comment on column view360.coverage.account_region is 'Region that was collected.';
comment on column view360.coverage.service is 'Name of the source.';
comment on column view360.coverage.last_outcome is
  'Status of the newest run that read the source, see view360.statuses; lost if it was read before and does not apply now; skipped if no run read it.';
comment on column view360.coverage.last_run_at is 'When that run collected.';
comment on column view360.coverage.last_success_at is 'When the newest run that read the source collected; null if there is none.';
comment on column view360.coverage.age is 'Time since then.';
comment on column view360.coverage.reason is 'Reason of the outcome; null if it passed.';
comment on column view360.coverage.title is 'Name of the source for people.';
comment on column view360.coverage.run is 'Name of the execution that collected the source; empty for files of the Python version.';
comment on column view360.coverage.snapshot_date is 'Date of the snapshot of that run.';
comment on column view360.coverage.operation is 'API operation that AWS answered with an error.';
comment on column view360.coverage.error_code is 'Error code of AWS.';
comment on column view360.coverage.error_message is 'Error message of AWS.';
comment on column view360.coverage.principal is 'ARN that was denied.';
comment on column view360.coverage.action is 'IAM action that is missing.';
comment on column view360.coverage.resource is 'ARN that the action was denied on.';
comment on column view360.coverage.warnings is 'Number of items that could not be read.';
comment on column view360.coverage.messages is 'Notes and the first warnings of the run, a list of objects.';
comment on column view360.coverage.items is 'Items collected.';
comment on column view360.coverage.is_unread is
  'Not covered: the newest run could not read the source, or it does not apply any more. Numbers made from it lack it, or show it as it was.';
