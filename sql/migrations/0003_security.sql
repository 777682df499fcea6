-- Data of the security services: Security Hub, GuardDuty, Inspector, and the inventories of keys,
-- firewalls, trails, secrets and certificates.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
-- Security Hub counters per product (service) and account.
create table security (
  id                  serial primary key,
  account_id          integer not null,
  service             varchar(255) not null,
  total_findings      integer not null default 0,
  critical_count      integer not null default 0,
  high_count          integer not null default 0,
  medium_count        integer not null default 0,
  low_count           integer not null default 0,
  informational_count integer not null default 0,
  open_findings       integer not null default 0,
  resolved_findings   integer not null default 0,
  created_at          timestamptz default current_timestamp,
  updated_at          timestamptz default current_timestamp,
  constraint security_account_id_service_key unique (account_id, service),
  constraint security_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_security_account_id on security (account_id);
create index idx_security_service on security (service);

-- Individual Security Hub findings.
create table findings (
  id                serial primary key,
  security_id       integer not null,
  finding_id        varchar(255) not null,
  service           varchar(255) not null,
  title             text not null,
  description       text,
  severity          varchar(50) not null,
  status            varchar(50) not null,
  resource_type     varchar(255),
  resource_id       varchar(255),
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  recommendation    text,
  compliance_status varchar(50),
  region            varchar(50),
  workflow_state    varchar(50),
  record_state      varchar(50),
  product_name      varchar(255),
  company_name      varchar(255),
  product_arn       varchar(255),
  generator_id      varchar(255),
  generator         varchar(255),
  constraint findings_finding_id_key unique (finding_id),
  constraint findings_security_id_fkey
    foreign key (security_id) references security (id) on delete cascade
);
create index idx_findings_generator on findings (generator);
create index idx_findings_region on findings (region);
create index idx_findings_security_id on findings (security_id);
create index idx_findings_severity on findings (severity);
create index idx_findings_status on findings (status);

-- GuardDuty findings.
create table guard_duty_findings (
  id           serial primary key,
  account_id   integer not null,
  detector_id  varchar(255),
  finding_type varchar(255),
  severity     numeric(3,1),
  title        text,
  description  text,
  confidence   numeric(3,1),
  region       varchar(50),
  created_at   timestamptz default current_timestamp,
  updated_at   timestamptz default current_timestamp,
  constraint guard_duty_findings_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_guard_duty_findings_account_id on guard_duty_findings (account_id);

-- KMS key inventory.
create table kms_keys (
  id                   serial primary key,
  account_id           integer not null,
  key_id               varchar(255),
  arn                  varchar(255),
  description          text,
  key_usage            varchar(50),
  key_state            varchar(50),
  creation_date        timestamptz,
  enabled              boolean default true,
  key_rotation_enabled boolean default false,
  created_at           timestamptz default current_timestamp,
  constraint kms_keys_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);

-- One row per WAF web ACL (not per rule).
create table waf_rules (
  id                   serial primary key,
  account_id           integer not null,
  name                 varchar(255),
  waf_id               varchar(255),
  arn                  varchar(255),
  scope                varchar(50),
  description          text,
  default_action       jsonb,
  rules_count          integer default 0,
  logging_enabled      boolean default false,
  geo_blocking_enabled boolean default false,
  blocked_countries    text,
  created_at           timestamptz default current_timestamp,
  constraint waf_rules_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);

-- One row per rule of a web ACL.
create table waf_rules_detailed (
  id                     serial primary key,
  account_id             integer not null,
  web_acl_name           varchar(255) not null,
  rule_name              varchar(255) not null,
  priority               integer not null,
  action                 text,
  statement_type         varchar(100),
  is_managed_rule        boolean default false,
  is_custom_rule         boolean default true,
  rate_limit             boolean default false,
  logging_enabled        boolean default false,
  geo_blocking           boolean default false,
  sql_injection          boolean default false,
  sample_request_enabled boolean default false,
  cloudwatch_enabled     boolean default false,
  has_xss_protection     boolean default false,
  waf_version            varchar(10) default 'v2',
  is_compliant           boolean default false,
  scope                  varchar(20) default 'REGIONAL',
  created_at             timestamptz default current_timestamp,
  updated_at             timestamptz default current_timestamp,
  constraint waf_rules_detailed_account_id_web_acl_name_rule_name_key unique (account_id, web_acl_name, rule_name),
  constraint waf_rules_detailed_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_waf_rules_detailed_account_id on waf_rules_detailed (account_id);
create index idx_waf_rules_detailed_compliance on waf_rules_detailed (is_compliant);
create index idx_waf_rules_detailed_managed on waf_rules_detailed (is_managed_rule);
create index idx_waf_rules_detailed_web_acl on waf_rules_detailed (web_acl_name);

-- CloudTrail trail configuration (not log records).
create table cloudtrail_logs (
  id                   serial primary key,
  account_id           integer not null,
  name                 varchar(255),
  arn                  varchar(255),
  is_logging           boolean default false,
  is_multi_region      boolean default false,
  s3_bucket            varchar(255),
  kms_key_id           varchar(255),
  log_file_validation  boolean default false,
  latest_delivery_time timestamptz,
  created_at           timestamptz default current_timestamp,
  constraint cloudtrail_logs_arn_key unique (arn),
  constraint cloudtrail_logs_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);

-- Secrets Manager inventory (no secret values).
create table secrets_manager_secrets (
  id                serial primary key,
  account_id        integer not null,
  name              varchar(255),
  arn               varchar(255),
  description       text,
  created_date      timestamptz,
  last_changed_date timestamptz,
  rotation_enabled  boolean default false,
  created_at        timestamptz default current_timestamp,
  constraint secrets_manager_secrets_arn_key unique (arn),
  constraint secrets_manager_secrets_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);

-- ACM certificates.
create table certificates (
  id          serial primary key,
  account_id  integer not null,
  arn         varchar(255),
  domain_name varchar(255),
  status      varchar(50),
  type        varchar(50),
  not_after   timestamptz,
  created_at  timestamptz default current_timestamp,
  constraint certificates_arn_key unique (arn),
  constraint certificates_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);

-- Inspector findings.
create table inspector_findings (
  id                serial primary key,
  account_id        integer not null,
  finding_arn       varchar(255),
  severity          varchar(50),
  status            varchar(50),
  type              varchar(100),
  title             text,
  description       text,
  first_observed_at timestamptz,
  created_at        timestamptz default current_timestamp,
  constraint inspector_findings_finding_arn_key unique (finding_arn),
  constraint inspector_findings_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
