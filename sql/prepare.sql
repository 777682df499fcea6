-- Prerequisites of the first migration: the schema of the table of applied migrations, and the table for rows that a
-- migration removes. Running it again has no effect.
create schema if not exists view360;
comment on schema view360 is 'State of loads and migrations.';

create table if not exists view360.superseded_rows (
  id            bigint generated always as identity,
  table_name    text not null,
  content       jsonb not null,
  reason        text not null,
  superseded_at timestamptz not null default current_timestamp,
  constraint superseded_rows_pkey primary key (id)
);
comment on table view360.superseded_rows is
  'Rows removed by a migration because a newer row has the same key. View360 does not read this table; it may be dropped.';
comment on column view360.superseded_rows.content is 'The removed row, all columns.';
comment on column view360.superseded_rows.reason is 'Key that the kept row has too, or the reason for the removal.';

create table if not exists view360.kept_grants (
  statement text not null,
  constraint kept_grants_pkey primary key (statement)
);
comment on table view360.kept_grants is
  'Grants on the views of an adopted database, restored after the views are recreated.';

-- fold keeps one row of each key: the first by the order best. Child rows, given as table.column, of the removed rows
-- then refer to that row.
create or replace function view360.fold(
  relation regclass, key text, children text[] default '{}', best text default 'id desc')
returns void language plpgsql as $$
declare
  child  text;
  ranked text := format(
    'select id, first_value(id) over (partition by %s order by %s) as kept from %s', key, best, relation);
begin
  foreach child in array children loop
    execute format('update %1$I c set %2$I = r.kept from (%3$s) r where c.%2$I = r.id and r.id <> r.kept',
      split_part(child, '.', 1), split_part(child, '.', 2), ranked);
  end loop;
  execute format('with gone as (
      delete from %1$s t using (%2$s) r where t.id = r.id and r.id <> r.kept returning t.*)
    insert into view360.superseded_rows (table_name, content, reason)
    select %3$L, to_jsonb(gone), %4$L from gone', relation, ranked, relation::text, 'same ' || key);
end $$;
comment on function view360.fold is 'Leaves one row of each key; view360.superseded_rows keeps the others.';
