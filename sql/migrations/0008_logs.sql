-- Results of collections.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
-- Collection status per file.
create table logs (
  id                     serial primary key,
  account_id             integer not null,
  date_created           timestamptz default current_timestamp,
  account_status         varchar(50) default 'Pass',
  cost_status            varchar(50) default 'Pass',
  service_status         varchar(50) default 'Pass',
  security_status        varchar(50) default 'Pass',
  config_status          varchar(50) default 'Pass',
  inventory_status       varchar(50) default 'Pass',
  marketplace_status     varchar(50) default 'Pass',
  trusted_advisor_status varchar(50) default 'Pass',
  health_status          varchar(50) default 'Pass',
  application_status     varchar(50) default 'Pass',
  resilience_hub_status  varchar(50) default 'Pass',
  created_at             timestamptz default current_timestamp,
  updated_at             timestamptz default current_timestamp,
  constraint logs_account_id_date_created_key unique (account_id, date_created),
  constraint logs_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_logs_account_id on logs (account_id);
create index idx_logs_date_created on logs (date_created);

-- Collection error texts of a log row.
create table log_messages (
  id           serial primary key,
  log_id       integer not null,
  message      text not null,
  message_type text,
  created_at   timestamptz default current_timestamp,
  constraint log_messages_log_id_fkey
    foreign key (log_id) references logs (id) on delete cascade
);
create index idx_log_messages_log_id on log_messages (log_id);
