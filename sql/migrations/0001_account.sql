-- The monitored accounts, their contacts and the products (workloads) they belong to.
-- Unchanged from the Python version, whose databases are adopted at 0008.
-- +goose Up
-- One row per monitored AWS account and sender region. Root of every other row.
create table accounts (
  id               serial primary key,
  account_id       varchar(12) not null,
  account_name     varchar(255) not null,
  account_email    varchar(255) not null,
  account_status   varchar(50) not null,
  account_arn      varchar(255) not null,
  partner_name     text default 'None',
  customer_name    text default 'None',
  joined_method    varchar(50) not null,
  joined_timestamp timestamptz not null,
  account_type     varchar(50),
  csp              varchar(50),
  region           text default 'Global',
  category         text,
  created_at       timestamptz default current_timestamp,
  updated_at       timestamptz default current_timestamp,
  constraint accounts_account_id_region_key unique (account_id, region)
);
create index idx_accounts_account_id on accounts (account_id);
create index idx_accounts_account_status on accounts (account_status);

-- Primary contact of the account.
create table contact_info (
  id              serial primary key,
  account_id      integer not null,
  address_line1   varchar(255),
  address_line2   varchar(255),
  address_line3   varchar(255),
  city            varchar(100),
  country_code    varchar(2),
  postal_code     varchar(20),
  state_or_region varchar(100),
  company_name    varchar(255),
  phone_number    varchar(20),
  website_url     varchar(255),
  full_name       varchar(255),
  created_at      timestamptz default current_timestamp,
  updated_at      timestamptz default current_timestamp,
  constraint contact_info_account_id_key unique (account_id),
  constraint contact_info_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_contact_info_account_id on contact_info (account_id);

-- Billing, operations and security contacts.
create table alternate_contacts (
  id           serial primary key,
  account_id   integer not null,
  contact_type varchar(50) not null,
  full_name    varchar(255),
  title        varchar(255),
  email        varchar(255),
  phone_number varchar(20),
  created_at   timestamptz default current_timestamp,
  updated_at   timestamptz default current_timestamp,
  constraint alternate_contacts_account_id_contact_type_key unique (account_id, contact_type),
  constraint alternate_contacts_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade
);
create index idx_alternate_contacts_account_id on alternate_contacts (account_id);

-- Product and workload catalog, partly maintained by operators.
create table products (
  id          serial primary key,
  name        varchar(255) not null,
  owner       varchar(255) not null,
  position    varchar(255),
  description text,
  created_at  timestamptz default current_timestamp,
  updated_at  timestamptz default current_timestamp
);
create index idx_products_name on products (name);
create index idx_products_owner on products (owner);

-- Many-to-many link of products and accounts.
create table product_accounts (
  id         serial primary key,
  product_id integer not null,
  account_id integer not null,
  created_at timestamptz default current_timestamp,
  updated_at timestamptz default current_timestamp,
  constraint product_accounts_product_id_account_id_key unique (product_id, account_id),
  constraint product_accounts_account_id_fkey
    foreign key (account_id) references accounts (id) on delete cascade,
  constraint product_accounts_product_id_fkey
    foreign key (product_id) references products (id) on delete cascade
);
create index idx_product_accounts_account_id on product_accounts (account_id);
create index idx_product_accounts_product_id on product_accounts (product_id);
