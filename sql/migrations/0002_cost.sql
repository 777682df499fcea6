-- Costs of the accounts, per period: services, reports, forecasts, Marketplace, and the savings of
-- Reserved Instances and Savings Plans.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
create type period_granularity_type as enum ('MONTHLY', 'WEEKLY', 'DAILY');

-- Cost per AWS service and period.
create table services (
  id               serial primary key,
  account_id       integer not null,
  service          varchar(255) not null,
  date_from        date not null,
  date_to          date not null,
  cost             numeric(20,10) not null,
  currency         varchar(3) default 'USD',
  utilization      numeric(20,10),
  utilization_unit varchar(100),
  usage_types      text,
  created_at       timestamptz default current_timestamp,
  updated_at       timestamptz default current_timestamp,
  constraint services_account_id_service_usage_types_date_from_key unique (account_id, service, usage_types, date_from),
  constraint services_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade,
  constraint date_check check (date_to >= date_from)
);
create index idx_services_account_id on services (account_id);
create index idx_services_date_range on services (date_from, date_to);
create index idx_services_service on services (service);

-- Account cost total per period with comparison to the previous period.
create table cost_reports (
  id                         serial primary key,
  account_id                 integer not null,
  current_period_cost        numeric(20,10) not null,
  previous_period_cost       numeric(20,10) not null,
  cost_difference            numeric(20,10) not null,
  cost_difference_percentage numeric(20,10) not null,
  potential_monthly_savings  numeric(20,10) default 0,
  anomalies_detected         integer default 0,
  saving_opportunities_count integer default 0,
  period_start               date not null,
  period_end                 date not null,
  period_granularity         period_granularity_type not null,
  created_at                 timestamptz default current_timestamp,
  region                     text default 'Global',
  constraint cost_reports_account_id_period_start_region_key unique (account_id, period_start, region),
  constraint cost_reports_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_cost_reports_account_id on cost_reports (account_id);
create index idx_cost_reports_period on cost_reports (period_start, period_end);

-- Top five services of a cost report.
create table service_costs (
  id             serial primary key,
  cost_report_id integer,
  service_name   varchar(255) not null,
  cost           numeric(20,10) not null,
  created_at     timestamptz default current_timestamp,
  region         text default 'Global',
  constraint service_costs_cost_report_id_fkey
    foreign key (cost_report_id) references cost_reports (id) on delete cascade
);
create index idx_service_costs_cost_report_id on service_costs (cost_report_id);

-- Monthly cost forecast attached to a cost report.
create table cost_forecasts (
  id                              serial primary key,
  cost_report_id                  integer,
  period_start                    date not null,
  period_end                      date not null,
  amount                          numeric(20,10) not null,
  prediction_interval_lower_bound numeric(20,10),
  prediction_interval_upper_bound numeric(20,10),
  created_at                      timestamptz default current_timestamp,
  region                          text default 'Global',
  constraint cost_forecasts_cost_report_id_fkey
    foreign key (cost_report_id) references cost_reports (id) on delete cascade
);
create index idx_cost_forecasts_cost_report_id on cost_forecasts (cost_report_id);

-- AWS Marketplace consumption.
create table marketplace_usage (
  id            serial primary key,
  account_id    integer not null,
  product_code  varchar(255),
  product_name  varchar(255),
  cost_consumed numeric(20,10),
  currency      varchar(3) default 'USD',
  period_start  date,
  period_end    date,
  status        varchar(50),
  created_at    timestamptz default current_timestamp,
  constraint marketplace_usage_account_id_product_code_period_start_key unique (account_id, product_code, period_start),
  constraint marketplace_usage_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_marketplace_usage_account_id on marketplace_usage (account_id);

-- Utilization and savings of Reserved Instances and Savings Plans.
create table ri_sp_daily_savings (
  id                     serial primary key,
  account_id             integer not null,
  date_from              date not null,
  date_to                date not null,
  reservation_type       varchar(50) not null,
  subscription_id        varchar(255) not null,
  offering_id            varchar(255),
  savings_plan_arn       varchar(255),
  service                varchar(100),
  instance_type          varchar(100),
  instance_count         integer,
  instance_family        varchar(100),
  instance_tenancy       varchar(50),
  offering_class         varchar(50),
  product_types          text,
  region                 varchar(50),
  utilization_percentage numeric(5,2),
  on_demand_cost         numeric(12,2),
  reservation_cost       numeric(12,2),
  net_savings            numeric(12,2),
  commitment             numeric(12,2),
  upfront_cost           numeric(12,2),
  recurring_cost         numeric(12,2),
  recurring_frequency    varchar(20),
  usage_price            numeric(12,2),
  currency               varchar(10),
  start_date             timestamptz,
  end_date               timestamptz,
  returnable_until       timestamptz,
  duration_seconds       integer,
  offering_type          varchar(50),
  state                  varchar(50),
  description            text,
  created_at             timestamptz default current_timestamp,
  updated_at             timestamptz default current_timestamp,
  constraint ri_sp_daily_savings_unique unique (account_id, subscription_id, date_to, reservation_type),
  constraint ri_sp_daily_savings_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_ri_sp_savings_account_date on ri_sp_daily_savings (account_id, date_to);
create index idx_ri_sp_savings_region on ri_sp_daily_savings (region);
create index idx_ri_sp_savings_service on ri_sp_daily_savings (service);
create index idx_ri_sp_savings_state on ri_sp_daily_savings (state);
create index idx_ri_sp_savings_subscription on ri_sp_daily_savings (subscription_id);
create index idx_ri_sp_savings_type on ri_sp_daily_savings (reservation_type);
