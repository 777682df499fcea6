-- Joins and cascading deletes need an index on every referencing column; the keys of 0011 begin with most
-- of them. Reading the first product of an account needs one index lookup.
-- +goose Up
create index product_accounts_account_id_id_idx on product_accounts (account_id, id);
create index secrets_manager_secrets_account_id_idx on secrets_manager_secrets (account_id);
create index certificates_account_id_idx on certificates (account_id);
create index inspector_findings_account_id_idx on inspector_findings (account_id);
create index inventory_applications_account_id_idx on inventory_applications (account_id);
create index inventory_patches_account_id_idx on inventory_patches (account_id);

-- The summaries take the newest report of an account, and the services of its period.
create index cost_reports_latest_idx
  on cost_reports (account_id, period_granularity, period_end desc, period_start desc, id desc);
create index services_account_id_date_from_idx on services (account_id, date_from);
