-- An older release that meets the views of a newer one, after a rolled back upgrade, drops those that it does not know.
-- +goose Up
alter table view360.view_sets add column names text[] not null default '{}';

comment on column view360.view_sets.names is 'The views, with their schemas.';
