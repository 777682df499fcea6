-- Upserts up to three contacts of an accounts row: $1 the row, $2 the time of collection, then by position their types,
-- names, titles, addresses, and numbers. $8 are the types that the snapshot has as null: their contacts are deleted, and a
-- watermark keeps an older snapshot from restoring them.
with none as (
  insert into view360.section_watermarks as w (account_row_id, table_name, observed_at)
  select $1, 'alternate_contacts.' || contact_type, $2::timestamptz from unnest($8::text[]) as v (contact_type)
  on conflict (account_row_id, table_name) do update set observed_at = excluded.observed_at
  where w.observed_at < excluded.observed_at
), given as (
  select * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as v (contact_type, full_name, title, email, phone_number)
), written as (
  insert into alternate_contacts as t (account_id, contact_type, full_name, title, email, phone_number, observed_at)
  select $1::integer, given.*, $2::timestamptz from given
  where not exists (select from view360.section_watermarks w
    where w.account_row_id = $1 and w.table_name = 'alternate_contacts.' || given.contact_type and w.observed_at > $2)
  on conflict (account_id, contact_type) do update set full_name = excluded.full_name, title = excluded.title,
    email = excluded.email, phone_number = excluded.phone_number, observed_at = excluded.observed_at,
    updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= excluded.observed_at
    and (t.full_name, t.title, t.email, t.phone_number)
    is distinct from (excluded.full_name, excluded.title, excluded.email, excluded.phone_number)
  returning xmax = 0 as created
), gone as (
  delete from alternate_contacts t
  where t.account_id = $1 and t.contact_type = any ($8) and coalesce(t.observed_at, '-infinity') <= $2
  returning 1
)
select (select count(*) from given), (select count(*) from written where created),
  (select count(*) from written where not created), (select count(*) from gone)
