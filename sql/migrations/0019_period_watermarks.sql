-- What an older snapshot lists for a period that a newer one listed completely has left the bill.
-- +goose Up
create table view360.period_watermarks (
  account_row_id integer not null,
  table_name     text not null,
  period_start   date not null,
  period_end     date not null,
  granularity    text not null,
  observed_at    timestamptz not null,
  constraint period_watermarks_pkey primary key (account_row_id, table_name, period_start, period_end, granularity),
  constraint period_watermarks_account_row_id_fkey
    foreign key (account_row_id) references accounts (id) on delete cascade
);

comment on table view360.period_watermarks is
  'Newest snapshot that listed all rows of a table for a period, such as the services of a bill: older ones add nothing to it.';
comment on column view360.period_watermarks.account_row_id is 'accounts.id.';
comment on column view360.period_watermarks.table_name is 'Table in schema public.';
comment on column view360.period_watermarks.period_start is 'First day of the period.';
comment on column view360.period_watermarks.period_end is 'Exclusive end of the period.';
comment on column view360.period_watermarks.granularity is 'DAILY, WEEKLY, MONTHLY or YEARLY.';
comment on column view360.period_watermarks.observed_at is 'When the section was collected.';
