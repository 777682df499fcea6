-- The state of the loaders, in a separate schema that dashboards never read. The schema itself is created before the
-- first migration, because it contains the table of applied migrations.
-- +goose Up

-- One row per version of a snapshot object and table group. The row is inserted as 'running', and set to
-- 'loaded' in the transaction that writes the group's rows: a group is loaded if and only if its row says so.
create table view360.loads (
  id                bigint generated always as identity,
  object_key        text not null,
  object_version    text not null,
  table_group       text not null,
  account_id        varchar(12) not null,
  region            text not null,
  snapshot_date     date not null,
  snapshot_interval text not null,
  state             text not null default 'running',
  started_at        timestamptz not null default current_timestamp,
  finished_at       timestamptz,
  error             text,
  counters          jsonb not null default '{}',
  constraint loads_pkey primary key (id),
  constraint loads_object_group_key unique (object_key, object_version, table_group),
  constraint loads_state_check check (state in ('running', 'loaded', 'failed')),
  constraint loads_interval_check check (snapshot_interval in ('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'))
);
create index loads_account_id_region_snapshot_date_idx
  on view360.loads (account_id, region, snapshot_date desc);
create index loads_started_at_idx on view360.loads (started_at desc);
create index loads_unfinished_idx on view360.loads (started_at) where state <> 'loaded';

comment on table view360.loads is
  'The ledger: one row per version of a snapshot object and table group.';
comment on column view360.loads.object_key is 'Key of the snapshot object as it was when it arrived (data/...).';
comment on column view360.loads.object_version is 'Version id of the object, or its ETag if the bucket is not versioned.';
comment on column view360.loads.table_group is 'Table group: account, cost, security, config, inventory, resources, operations, logs.';
comment on column view360.loads.account_id is '12-digit AWS account id of the key.';
comment on column view360.loads.region is 'Region of the key.';
comment on column view360.loads.snapshot_date is 'Date of the key: the last day of the period.';
comment on column view360.loads.snapshot_interval is 'DAILY, WEEKLY, MONTHLY or YEARLY.';
comment on column view360.loads.state is 'running, loaded or failed.';
comment on column view360.loads.finished_at is 'When the state became loaded or failed.';
comment on column view360.loads.error is 'Why it failed; null otherwise.';
comment on column view360.loads.counters is
  'Object of tables: {"kms_keys": {"read": 3, "created": 1, "updated": 1, "unchanged": 1, "adapted": 0, "rejected": 0, "deleted": 0}}.';

-- Rows are removed from a current-state table only by a snapshot that is not older than its watermark.
create table view360.section_watermarks (
  account_row_id integer not null,
  table_name     text not null,
  observed_at    timestamptz not null,
  constraint section_watermarks_pkey primary key (account_row_id, table_name),
  constraint section_watermarks_account_row_id_fkey
    foreign key (account_row_id) references accounts (id) on delete cascade
);

comment on table view360.section_watermarks is
  'The newest complete load of each table for each accounts row.';
comment on column view360.section_watermarks.account_row_id is 'accounts.id.';
comment on column view360.section_watermarks.table_name is 'Table in schema public.';
comment on column view360.section_watermarks.observed_at is
  'When the newest snapshot with a complete section was collected.';

create table view360.rejects (
  id            bigint generated always as identity,
  load_id       bigint not null,
  outcome       text not null default 'rejected',
  section       text not null,
  item_index    integer,
  table_name    text,
  column_name   text,
  reason        text not null,
  value_excerpt text,
  rejected_at   timestamptz not null default current_timestamp,
  constraint rejects_pkey primary key (id),
  constraint rejects_load_id_fkey foreign key (load_id) references view360.loads (id) on delete cascade,
  constraint rejects_outcome_check check (outcome in ('rejected', 'adapted')),
  constraint rejects_value_excerpt_check check (char_length(value_excerpt) <= 200)
);
create index rejects_load_id_idx on view360.rejects (load_id);
create index rejects_rejected_at_idx on view360.rejects (rejected_at desc);

comment on table view360.rejects is
  'Items of a snapshot that were rejected or changed to fit. The loader keeps a limited number per load and table; the counters of the load are complete.';
comment on column view360.rejects.outcome is 'rejected: the row is missing; adapted: the row is stored with a changed value.';
comment on column view360.rejects.section is 'Path in the snapshot, for example security.kms_keys.';
comment on column view360.rejects.item_index is 'Position in the section, from 0; null when the whole section is meant.';
comment on column view360.rejects.table_name is 'Table of the item.';
comment on column view360.rejects.column_name is 'Column whose value did not fit; null if the item as a whole did not.';
comment on column view360.rejects.value_excerpt is 'At most 200 characters of the value.';

create table view360.view_sets (
  only_row   boolean not null default true,
  hash       text not null,
  created_at timestamptz not null default current_timestamp,
  constraint view_sets_pkey primary key (only_row),
  constraint view_sets_only_row_check check (only_row)
);

comment on table view360.view_sets is 'Definitions from which the current views were created: one row.';
comment on column view360.view_sets.hash is 'SHA-256 over the view files.';
