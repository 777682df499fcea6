-- Upgrades a database of any version of the Python program to the schema of its last version, which is that of the
-- migrations up to 0008. Every step checks whether it is needed, so one file works for all versions, including databases
-- that were upgraded manually. The caller drops the views before, and compares the result with 0001 to 0008 before commit.

create function pg_temp.key_of(constraint_id oid) returns text[] language sql as $$
  select array_agg(a.attname::text order by a.attname::text)
  from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
  where k.oid = constraint_id
$$;

-- ensure_key gives the table a unique constraint of this name on these columns (in alphabetical order), and drops the
-- one on the columns of an older version.
create function pg_temp.ensure_key(relation regclass, name text, columns text[], older text[] default '{}')
returns void language plpgsql as $$
declare present text;
begin
  for present in
    select conname from pg_constraint
    where conrelid = relation and contype = 'u' and pg_temp.key_of(oid) = older
  loop
    execute format('alter table %s drop constraint %I', relation, present);
  end loop;
  select conname into present from pg_constraint
    where conrelid = relation and contype = 'u' and pg_temp.key_of(oid) = columns;
  if present is null then
    execute format('alter table %s add constraint %I unique (%s)', relation, name, array_to_string(columns, ', '));
  elsif present <> name then
    execute format('alter table %s rename constraint %I to %I', relation, present, name);
  end if;
end $$;

-- Version 1 identified accounts by their 12 digits, with one region each.
create function pg_temp.account_row(digits text) returns integer language sql as
  'select id from accounts where account_id = digits';

create function pg_temp.refer_to_rows(relation regclass) returns void language plpgsql as $$
declare reference text;
begin
  for reference in select conname from pg_constraint where conrelid = relation and contype = 'f' loop
    execute format('alter table %s drop constraint %I', relation, reference);
  end loop;
  if (select atttypid <> 'integer'::regtype from pg_attribute where attrelid = relation and attname = 'account_id') then
    execute format('alter table %s alter column account_id type integer using pg_temp.account_row(account_id)', relation);
  end if;
  -- A manual upgrade that ran twice leaves contacts without an account.
  execute format('with gone as (delete from %1$s where account_id is null returning *)
    insert into view360.superseded_rows (table_name, content, reason)
    select %2$L, to_jsonb(gone), ''no account'' from gone', relation, relation::text);
  execute format('alter table %1$s alter column account_id set not null,
    add constraint %2$I foreign key (account_id) references accounts (id) on delete cascade',
    relation, relation || '_account_id_fkey');
end $$;

select pg_temp.refer_to_rows('contact_info');
select view360.fold('contact_info', 'account_id');
select pg_temp.ensure_key('contact_info', 'contact_info_account_id_key', '{account_id}');
create index if not exists idx_contact_info_account_id on contact_info (account_id);

select pg_temp.refer_to_rows('alternate_contacts');
select view360.fold('alternate_contacts', 'account_id, contact_type');
select pg_temp.ensure_key('alternate_contacts', 'alternate_contacts_account_id_contact_type_key',
  '{account_id,contact_type}');
create index if not exists idx_alternate_contacts_account_id on alternate_contacts (account_id);

alter table accounts add column if not exists region text default 'Global';
select pg_temp.ensure_key('accounts', 'accounts_account_id_region_key', '{account_id,region}', '{account_id}');

select pg_temp.ensure_key('services', 'services_account_id_service_usage_types_date_from_key',
  '{account_id,date_from,service,usage_types}', '{account_id,date_from,service}');

alter table cost_reports add column if not exists region text default 'Global';
alter table service_costs add column if not exists region text default 'Global';
alter table cost_forecasts add column if not exists region text default 'Global';
select pg_temp.ensure_key('cost_reports', 'cost_reports_account_id_period_start_region_key',
  '{account_id,period_start,region}', '{account_id,period_start}');

select pg_temp.ensure_key('config_reports', 'config_reports_account_id_date_from_key', '{account_id,date_from}');
alter table config_reports
  add column if not exists curr_non_compliant integer default 0,
  add column if not exists curr_compliant integer default 0;
alter table non_compliant_resources
  add column if not exists annotation text,
  add column if not exists evaluation_mode text,
  add column if not exists conformance_pack text,
  add column if not exists status varchar(255);
update non_compliant_resources set status = 'OPEN' where status is null;
alter table non_compliant_resources
  alter column status set default 'OPEN',
  alter column status set not null;

alter table inventory_instances
  add column if not exists platform_type varchar(255),
  add column if not exists platform_version varchar(50),
  add column if not exists is_latest_version boolean,
  add column if not exists association_status varchar(255),
  add column if not exists association_execution_date timestamptz,
  add column if not exists association_success_date timestamptz;
alter table inventory_applications
  add column if not exists architecture text,
  add column if not exists application_type text;

select pg_temp.ensure_key('waf_rules_detailed', 'waf_rules_detailed_account_id_web_acl_name_rule_name_key',
  '{account_id,rule_name,web_acl_name}');
select pg_temp.ensure_key('cloudtrail_logs', 'cloudtrail_logs_arn_key', '{arn}');
select pg_temp.ensure_key('health_events', 'health_events_arn_key', '{arn}');

-- Tables that version 1 did not have.
create table if not exists support_tickets (
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
create index if not exists idx_support_tickets_account_time on support_tickets (account_id, time_created);
create index if not exists idx_support_tickets_severity on support_tickets (severity_code);
create index if not exists idx_support_tickets_status on support_tickets (status);

create table if not exists ri_sp_daily_savings (
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
create index if not exists idx_ri_sp_savings_account_date on ri_sp_daily_savings (account_id, date_to);
create index if not exists idx_ri_sp_savings_region on ri_sp_daily_savings (region);
create index if not exists idx_ri_sp_savings_service on ri_sp_daily_savings (service);
create index if not exists idx_ri_sp_savings_state on ri_sp_daily_savings (state);
create index if not exists idx_ri_sp_savings_subscription on ri_sp_daily_savings (subscription_id);
create index if not exists idx_ri_sp_savings_type on ri_sp_daily_savings (reservation_type);
