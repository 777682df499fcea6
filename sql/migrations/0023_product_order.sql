-- The product that views show is the first of the account's newest list, whatever was loaded when.
-- +goose Up
alter table product_accounts
  add column position integer,
  add column observed_at timestamptz;

comment on column product_accounts.position is 'Place in the list of the newest snapshot that names the product; null for links made by hand.';
comment on column product_accounts.observed_at is 'When the newest snapshot that names the product was collected; null for links made by hand.';
