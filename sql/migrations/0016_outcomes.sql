-- How the collection of each source ended, one row for each account row, snapshot, run, and source. The contract's logs
-- have one status for all sources of a section and only text for the rest.
-- +goose Up
create table view360.sources (
  name        text not null,
  title       text not null,
  table_group text not null,
  sections    text[] not null,
  constraint sources_pkey primary key (name)
);

comment on table view360.sources is 'Sources of this version, written by each migration run.';
comment on column view360.sources.name is 'Name of the source, as in view360.outcomes.';
comment on column view360.sources.title is 'Name for people.';
comment on column view360.sources.table_group is 'Table group that loads the source.';
comment on column view360.sources.sections is 'Sections of a snapshot that the source fills.';

create table view360.statuses (
  status         text not null,
  label          text not null,
  urgency        integer not null,
  failed         boolean not null,
  not_applicable boolean not null,
  needs_action   boolean not null,
  remedy         text not null,
  constraint statuses_pkey primary key (status)
);

comment on table view360.statuses is 'Statuses of outcomes, written by each migration run.';
comment on column view360.statuses.status is 'Status, as in view360.outcomes; lost is only in view360.coverage.';
comment on column view360.statuses.label is 'Short form.';
comment on column view360.statuses.urgency is 'Order: 1 is the most urgent.';
comment on column view360.statuses.failed is 'The source could not be read, and the run failed.';
comment on column view360.statuses.not_applicable is 'There was nothing to collect.';
comment on column view360.statuses.needs_action is 'An operator has something to do.';
comment on column view360.statuses.remedy is 'Next step; empty if there is none.';

create table view360.outcomes (
  account_row_id    integer not null,
  source            text not null,
  snapshot_interval text not null,
  snapshot_date     date not null,
  run               text not null,
  status            text not null,
  class             text,
  reason            text,
  operation         text,
  error_code        text,
  error_message     text,
  principal         text,
  action            text,
  resource          text,
  warnings          integer not null,
  messages          jsonb not null,
  items             bigint not null,
  bytes             bigint not null,
  calls             integer not null,
  throttles         integer not null,
  paid_calls        integer not null,
  duration_ms       bigint not null,
  collected_at      timestamptz not null,
  recorded_at       timestamptz not null default current_timestamp,
  constraint outcomes_pkey primary key (account_row_id, source, snapshot_interval, snapshot_date, run),
  constraint outcomes_account_row_id_fkey foreign key (account_row_id) references accounts (id) on delete cascade
);

-- For the newest run that read a source, and the newest that passed: view360.coverage reads one row of each by index.
create index outcomes_read_idx on view360.outcomes (account_row_id, source, collected_at desc, snapshot_date desc)
  where status <> 'skipped';
create index outcomes_success_idx on view360.outcomes (account_row_id, source, collected_at desc)
  where status in ('passed', 'passed with warnings');

comment on table view360.outcomes is 'How the collection of each source ended, for each account row, snapshot, and run.';
comment on column view360.outcomes.account_row_id is 'accounts.id.';
comment on column view360.outcomes.source is 'Name of the source, as in view360.sources.';
comment on column view360.outcomes.snapshot_interval is 'DAILY, WEEKLY, MONTHLY, or YEARLY.';
comment on column view360.outcomes.snapshot_date is 'Date of the snapshot.';
comment on column view360.outcomes.run is 'Name of the execution that collected the source; empty for files of the Python version.';
comment on column view360.outcomes.status is 'Status, as in view360.statuses.';
comment on column view360.outcomes.class is 'Name of the error that the state machine caught; null if there was none.';
comment on column view360.outcomes.reason is 'One line for the operator; null if the source passed.';
comment on column view360.outcomes.operation is 'API operation that AWS answered with an error.';
comment on column view360.outcomes.error_code is 'Error code of AWS.';
comment on column view360.outcomes.error_message is 'Error message of AWS.';
comment on column view360.outcomes.principal is 'ARN that was denied.';
comment on column view360.outcomes.action is 'IAM action that is missing.';
comment on column view360.outcomes.resource is 'ARN that the action was denied on.';
comment on column view360.outcomes.warnings is 'Number of items that could not be read.';
comment on column view360.outcomes.messages is 'Notes and the first warnings, a list of objects.';
comment on column view360.outcomes.items is 'Items collected.';
comment on column view360.outcomes.bytes is 'Bytes of JSON collected.';
comment on column view360.outcomes.calls is 'Requests sent to AWS, retries included.';
comment on column view360.outcomes.throttles is 'Requests answered with a throttling error.';
comment on column view360.outcomes.paid_calls is 'Requests that AWS charges for.';
comment on column view360.outcomes.duration_ms is 'Duration in milliseconds.';
comment on column view360.outcomes.collected_at is 'Time of the run.';
comment on column view360.outcomes.recorded_at is 'When the row was written.';

-- Records of earlier versions: the newest run of each section with each status. A section's status is used for all of its
-- sources; the next run of each source is more precise.
insert into view360.outcomes (account_row_id, source, snapshot_interval, snapshot_date, run, status, reason, warnings,
  messages, items, bytes, calls, throttles, paid_calls, duration_ms, collected_at)
select distinct on (l.account_id, s.source, s.status)
  l.account_id, s.source, 'DAILY', (l.date_created at time zone 'UTC')::date, '',
  case s.status when 'Pass' then 'passed' else 'failed' end,
  case s.status when 'Pass' then null else 'recorded by an earlier version: see log_messages' end,
  0, '[]', 0, 0, 0, 0, 0, 0, l.date_created
from logs l
cross join lateral (
  values
    ('account', l.account_status), ('config', l.config_status), ('cost', l.cost_status), ('inventory', l.inventory_status),
    ('trustedadvisor', l.trusted_advisor_status), ('health', l.health_status), ('application', l.application_status),
    ('resiliencehub', l.resilience_hub_status), ('securityhub', l.security_status), ('guardduty', l.security_status),
    ('kms', l.security_status), ('waf', l.security_status), ('cloudtrail', l.security_status),
    ('secretsmanager', l.security_status), ('certificatemanager', l.security_status), ('inspector', l.security_status)
) s (source, status)
where s.status in ('Pass', 'Fail')
order by l.account_id, s.source, s.status, l.date_created desc;
