-- Data of AWS Config: compliance totals, the evaluations behind them, and its resource inventory.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
-- AWS Config compliance totals per day.
create table config_reports (
  id                  serial primary key,
  account_id          integer not null,
  date_from           date not null,
  date_to             date not null,
  compliance_score    numeric(5,2),
  total_rules         integer,
  compliant_rules     integer,
  non_compliant_rules integer,
  curr_non_compliant  integer default 0,
  curr_compliant      integer default 0,
  created_at          timestamptz default current_timestamp,
  constraint config_reports_account_id_date_from_key unique (account_id, date_from),
  constraint config_reports_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_config_reports_account_id on config_reports (account_id);

-- Rule evaluations of a config report (both NON_COMPLIANT and COMPLIANT).
create table non_compliant_resources (
  id               serial primary key,
  config_report_id integer,
  resource_type    varchar(255),
  resource_id      varchar(255),
  compliance_type  varchar(50),
  rule_name        varchar(255),
  created_at       timestamptz default current_timestamp,
  annotation       text,
  evaluation_mode  text,
  conformance_pack text,
  status           varchar(255) not null default 'OPEN',
  constraint non_compliant_resources_config_report_id_fkey
    foreign key (config_report_id) references config_reports (id) on delete cascade
);

-- Resource inventory from AWS Config (placeholder).
create table config_inventory (
  id                 serial primary key,
  account_id         integer not null,
  resource_type      varchar(255) not null,
  resource_subtype   varchar(255),
  resource_id        varchar(255) not null,
  resource_name      varchar(255),
  region             varchar(50),
  availability_zone  varchar(50),
  state              varchar(50),
  instance_type      varchar(50),
  instance_class     varchar(100),
  engine             varchar(100),
  vpc_id             varchar(255),
  size_gb            integer,
  volume_type        varchar(50),
  creation_date      timestamptz,
  multi_az           boolean,
  scheme             varchar(50),
  type               varchar(100),
  instance_count     integer,
  min_size           integer,
  max_size           integer,
  available_ip_count integer,
  created_at         timestamptz default current_timestamp,
  updated_at         timestamptz default current_timestamp,
  constraint config_inventory_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create unique index idx_config_inventory_unique_resource on config_inventory (account_id, resource_id);
create index idx_config_inventory_account_id on config_inventory (account_id);
create index idx_config_inventory_availability_zone on config_inventory (availability_zone);
create index idx_config_inventory_creation_date on config_inventory (creation_date);
create index idx_config_inventory_region on config_inventory (region);
create index idx_config_inventory_resource_id on config_inventory (resource_id);
create index idx_config_inventory_resource_subtype on config_inventory (resource_subtype);
create index idx_config_inventory_resource_type on config_inventory (resource_type);
create index idx_config_inventory_state on config_inventory (state);
create index idx_config_inventory_vpc_id on config_inventory (vpc_id);
