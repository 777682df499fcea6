-- Jobs of AWS Backup, and the resources that it protects.
-- +goose Up
create table backup_jobs (
  id                 serial primary key,
  account_id         integer not null,
  backup_job_id      varchar(255) not null,
  parent_job_id      varchar(255),
  state              varchar(50) not null,
  status_message     text,
  message_category   varchar(255),
  resource_arn       text,
  resource_type      varchar(100),
  resource_name      text,
  vault_name         varchar(255),
  vault_arn          text,
  recovery_point_arn text,
  backup_plan_id     varchar(255),
  backup_plan_name   varchar(255),
  backup_rule_id     varchar(255),
  backup_rule_name   varchar(255),
  size_bytes         numeric(20,0),
  percent_done       numeric(5,2),
  creation_date      timestamptz,
  start_by           timestamptz,
  completion_date    timestamptz,
  created_at         timestamptz default current_timestamp,
  observed_at        timestamptz,
  constraint backup_jobs_natural_key unique (account_id, backup_job_id),
  constraint backup_jobs_account_id_fkey foreign key (account_id) references accounts (id) on delete cascade
);
-- Dashboards show the jobs of a period.
create index backup_jobs_creation_date_idx on backup_jobs (creation_date);

comment on table backup_jobs is 'Jobs of AWS Backup, in their last known state.';
comment on column backup_jobs.id is 'Surrogate key.';
comment on column backup_jobs.account_id is 'accounts.id of the account and region.';
comment on column backup_jobs.backup_job_id is 'backup.jobs[].backup_job_id.';
comment on column backup_jobs.parent_job_id is 'backup.jobs[].parent_job_id: the job of the composite resource; null for a job of its own.';
comment on column backup_jobs.state is
  'backup.jobs[].state: CREATED, PENDING, RUNNING, ABORTING, ABORTED, COMPLETED, FAILED, EXPIRED or PARTIAL.';
comment on column backup_jobs.status_message is 'backup.jobs[].status_message: why the job is in its state.';
comment on column backup_jobs.message_category is 'backup.jobs[].message_category: not SUCCESS for a COMPLETED job with issues.';
comment on column backup_jobs.resource_arn is 'backup.jobs[].resource_arn.';
comment on column backup_jobs.resource_type is 'backup.jobs[].resource_type, such as EBS.';
comment on column backup_jobs.resource_name is 'backup.jobs[].resource_name.';
comment on column backup_jobs.vault_name is 'backup.jobs[].vault_name.';
comment on column backup_jobs.vault_arn is 'backup.jobs[].vault_arn.';
comment on column backup_jobs.recovery_point_arn is 'backup.jobs[].recovery_point_arn.';
comment on column backup_jobs.backup_plan_id is 'backup.jobs[].backup_plan_id: null for a job started by hand.';
comment on column backup_jobs.backup_plan_name is 'backup.jobs[].backup_plan_name.';
comment on column backup_jobs.backup_rule_id is 'backup.jobs[].backup_rule_id.';
comment on column backup_jobs.backup_rule_name is 'backup.jobs[].backup_rule_name.';
comment on column backup_jobs.size_bytes is 'backup.jobs[].size_bytes: 0 or null where the resource type reports no size.';
comment on column backup_jobs.percent_done is 'backup.jobs[].percent_done.';
comment on column backup_jobs.creation_date is 'backup.jobs[].creation_date.';
comment on column backup_jobs.start_by is 'backup.jobs[].start_by: when the job expires unless it has started.';
comment on column backup_jobs.completion_date is 'backup.jobs[].completion_date: null while the job is under way.';
comment on column backup_jobs.created_at is 'When the row was first loaded.';
comment on column backup_jobs.observed_at is 'When the values of the row were collected.';

create table backup_protected_resources (
  id                      serial primary key,
  account_id              integer not null,
  resource_arn            varchar(2048) not null,
  resource_type           varchar(100),
  resource_name           text,
  last_backup_time        timestamptz,
  last_vault_arn          text,
  last_recovery_point_arn text,
  created_at              timestamptz default current_timestamp,
  observed_at             timestamptz,
  constraint backup_protected_resources_natural_key unique (account_id, resource_arn),
  constraint backup_protected_resources_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);

comment on table backup_protected_resources is 'Resources with a recovery point of AWS Backup.';
comment on column backup_protected_resources.id is 'Surrogate key.';
comment on column backup_protected_resources.account_id is 'accounts.id of the account and region.';
comment on column backup_protected_resources.resource_arn is 'backup.protected_resources[].resource_arn.';
comment on column backup_protected_resources.resource_type is 'backup.protected_resources[].resource_type, such as EBS.';
comment on column backup_protected_resources.resource_name is 'backup.protected_resources[].resource_name.';
comment on column backup_protected_resources.last_backup_time is 'backup.protected_resources[].last_backup_time.';
comment on column backup_protected_resources.last_vault_arn is
  'backup.protected_resources[].last_vault_arn: vault of the last recovery point.';
comment on column backup_protected_resources.last_recovery_point_arn is
  'backup.protected_resources[].last_recovery_point_arn.';
comment on column backup_protected_resources.created_at is 'When the row was first loaded.';
comment on column backup_protected_resources.observed_at is 'When the values of the row were collected.';
