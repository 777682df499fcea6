-- The resources of the services that are inventoried directly, and the recommendations of Compute Optimizer.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
-- Resources of EC2, RDS, EBS, S3, ELB, Auto Scaling, VPC subnets and Lambda.
create table service_resources (
  id                 serial primary key,
  account_id         integer not null,
  service_name       varchar(255) not null,
  resource_type      varchar(255),
  resource_id        varchar(255),
  resource_name      varchar(255),
  region             varchar(50),
  availability_zone  varchar(50),
  state              varchar(50),
  instance_type      varchar(50),
  vpc_id             varchar(255),
  engine             varchar(100),
  instance_class     varchar(100),
  multi_az           boolean,
  size_gb            integer,
  volume_type        varchar(50),
  creation_date      timestamptz,
  type               varchar(100),
  scheme             varchar(50),
  instance_count     integer,
  min_size           integer,
  max_size           integer,
  available_ip_count integer,
  created_at         timestamptz default current_timestamp,
  constraint service_resources_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_service_resources_account_id on service_resources (account_id);
create index idx_service_resources_availability_zone on service_resources (availability_zone);
create index idx_service_resources_region on service_resources (region);
create index idx_service_resources_resource_type on service_resources (resource_type);
create index idx_service_resources_service_name on service_resources (service_name);
create index idx_service_resources_state on service_resources (state);

-- Compute Optimizer recommendations.
create table compute_optimizer (
  id                             serial primary key,
  account_id                     integer not null,
  resource_type                  varchar(50) not null,
  resource_arn                   varchar(255) not null,
  resource_name                  varchar(255),
  finding                        varchar(50),
  current_instance_type          varchar(50),
  current_memory_size            integer,
  current_volume_type            varchar(50),
  current_volume_size            integer,
  recommended_instance_type      varchar(50),
  recommended_memory_size        integer,
  recommended_volume_type        varchar(50),
  recommended_volume_size        integer,
  savings_opportunity_percentage numeric(5,2),
  estimated_monthly_savings_usd  numeric(10,2),
  performance_risk               numeric(3,2),
  cpu_utilization_max            numeric(5,2),
  memory_utilization_avg         numeric(5,2),
  migration_effort               varchar(50),
  created_at                     timestamptz default current_timestamp,
  constraint compute_optimizer_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_compute_optimizer_account_id on compute_optimizer (account_id);
create index idx_compute_optimizer_finding on compute_optimizer (finding);
create index idx_compute_optimizer_performance_risk on compute_optimizer (performance_risk);
create index idx_compute_optimizer_resource_type on compute_optimizer (resource_type);
create index idx_compute_optimizer_savings on compute_optimizer (estimated_monthly_savings_usd);
