-- A monthly, a weekly and a daily row with the same start are three rows and do not overwrite each other.
-- +goose Up
alter type period_granularity_type add value if not exists 'YEARLY';

alter table services add column period_granularity period_granularity_type not null default 'DAILY';
alter table services
  drop constraint services_account_id_service_usage_types_date_from_key;

alter table config_reports add column period_granularity period_granularity_type not null default 'DAILY';
alter table config_reports
  drop constraint config_reports_account_id_date_from_key,
  add constraint config_reports_natural_key unique (account_id, date_from, period_granularity);

alter table cost_reports
  drop constraint cost_reports_account_id_period_start_region_key;

comment on column services.period_granularity is
  'Interval of the snapshot; always DAILY for rows loaded by the Python version.';
comment on column config_reports.period_granularity is
  'Interval of the snapshot; always DAILY for rows loaded by the Python version.';
