-- Data of Systems Manager about managed instances: applications and patches.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
-- Managed instances from Systems Manager.
create table inventory_instances (
  id                         serial primary key,
  account_id                 integer not null,
  instance_id                varchar(255),
  instance_type              varchar(50),
  platform                   varchar(50),
  ip_address                 varchar(45),
  computer_name              varchar(255),
  ping_status                varchar(50),
  last_ping_date_time        timestamptz,
  agent_version              varchar(50),
  created_at                 timestamptz default current_timestamp,
  platform_type              varchar(255),
  platform_version           varchar(50),
  is_latest_version          boolean,
  association_status         varchar(255),
  association_execution_date timestamptz,
  association_success_date   timestamptz,
  constraint inventory_instances_instance_id_key unique (instance_id),
  constraint inventory_instances_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_inventory_instances_account_id on inventory_instances (account_id);

-- Applications installed on instances.
create table inventory_applications (
  id               serial primary key,
  account_id       integer not null,
  instance_id      integer,
  name             varchar(255),
  version          varchar(100),
  publisher        varchar(255),
  architecture     text,
  application_type text,
  install_time     timestamptz,
  created_at       timestamptz default current_timestamp,
  constraint inventory_applications_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade,
  constraint inventory_applications_instance_id_fkey
    foreign key (instance_id) references inventory_instances (id) on delete cascade
);

-- Patches per instance.
create table inventory_patches (
  id             serial primary key,
  account_id     integer not null,
  instance_id    integer,
  title          varchar(255),
  classification varchar(100),
  severity       varchar(50),
  state          varchar(50),
  installed_time timestamptz,
  created_at     timestamptz default current_timestamp,
  constraint inventory_patches_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade,
  constraint inventory_patches_instance_id_fkey
    foreign key (instance_id) references inventory_instances (id) on delete cascade
);
