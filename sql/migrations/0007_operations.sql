-- Trusted Advisor, AWS Health, Application Signals, Resilience Hub and support cases.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
-- Trusted Advisor checks with findings.
create table trusted_advisor_checks (
  id                       serial primary key,
  account_id               integer not null,
  check_name               varchar(255),
  category                 varchar(100),
  severity                 varchar(50),
  recommendation           text,
  affected_resources_count integer default 0,
  potential_savings        numeric(20,10),
  timestamp                timestamptz,
  created_at               timestamptz default current_timestamp,
  constraint trusted_advisor_checks_account_id_check_name_key unique (account_id, check_name),
  constraint trusted_advisor_checks_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_trusted_advisor_checks_account_id on trusted_advisor_checks (account_id);

-- AWS Health events.
create table health_events (
  id              serial primary key,
  account_id      integer not null,
  arn             varchar(255),
  service         varchar(100),
  event_type_code varchar(255),
  region          varchar(50),
  start_time      timestamptz,
  end_time        timestamptz,
  status_code     varchar(50),
  created_at      timestamptz default current_timestamp,
  constraint health_events_arn_key unique (arn),
  constraint health_events_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_health_events_account_id on health_events (account_id);

-- CloudWatch Application Signals services.
create table application_signals (
  id             serial primary key,
  account_id     integer not null,
  service_name   varchar(255),
  namespace      varchar(255),
  key_attributes jsonb,
  created_at     timestamptz default current_timestamp,
  constraint application_signals_account_id_service_name_key unique (account_id, service_name),
  constraint application_signals_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_application_signals_account_id on application_signals (account_id);

-- Resilience Hub applications.
create table resilience_hub_apps (
  id                   serial primary key,
  account_id           integer not null,
  app_arn              varchar(255),
  name                 varchar(255),
  compliance_status    varchar(50),
  resiliency_score     numeric(5,2),
  status               varchar(50),
  cost                 numeric(20,10),
  created_at           timestamptz default current_timestamp,
  description          text,
  creation_time        timestamptz,
  last_assessment_time timestamptz,
  rpo                  integer,
  rto                  integer,
  last_drill           timestamptz,
  constraint resilience_hub_apps_app_arn_key unique (app_arn),
  constraint resilience_hub_apps_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_resilience_hub_apps_account_id on resilience_hub_apps (account_id);

-- AWS Support cases.
create table support_tickets (
  id            serial primary key,
  account_id    integer not null,
  case_id       varchar(255) not null,
  display_id    varchar(50) not null,
  subject       text not null,
  status        varchar(50) not null,
  severity_code varchar(50) not null,
  service_code  varchar(255),
  category_code varchar(50) not null,
  time_created  timestamptz not null,
  submitted_by  varchar(255),
  language      varchar(10) default 'en',
  date_from     date not null,
  date_to       date not null,
  created_at    timestamptz default current_timestamp,
  updated_at    timestamptz default current_timestamp,
  constraint support_tickets_case_id_key unique (case_id),
  constraint support_tickets_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade,
  constraint date_check check (date_to >= date_from)
);
create index idx_support_tickets_account_time on support_tickets (account_id, time_created);
create index idx_support_tickets_severity on support_tickets (severity_code);
create index idx_support_tickets_status on support_tickets (status);
