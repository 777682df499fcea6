-- Compute Optimizer answers in the currency of the account, which is not always US dollars.
-- +goose Up
alter table compute_optimizer
  add column estimated_monthly_savings numeric(20,10),
  add column savings_currency text;

comment on column compute_optimizer.estimated_monthly_savings is
  'compute_optimizer[].estimated_monthly_savings: savings in the currency savings_currency; estimated_monthly_savings_usd is null unless that is USD.';
comment on column compute_optimizer.savings_currency is 'compute_optimizer[].savings_currency.';
