-- Upserts the primary contact of an accounts row: $1 the row, $2 the time of collection, $3 whether the section is
-- complete, then the columns. A contact without a value in a complete section deletes the stored one, and a watermark
-- keeps an older snapshot from restoring it.
with given as (
  select $4::varchar as address_line1, $5::varchar as address_line2, $6::varchar as address_line3, $7::varchar as city,
    $8::varchar as country_code, $9::varchar as postal_code, $10::varchar as state_or_region, $11::varchar as company_name,
    $12::varchar as phone_number, $13::varchar as website_url, $14::varchar as full_name
), kept as (
  select * from given where num_nonnulls(address_line1, address_line2, address_line3, city, country_code, postal_code,
    state_or_region, company_name, phone_number, website_url, full_name) > 0
), none as (
  insert into view360.section_watermarks as w (account_row_id, table_name, observed_at)
  select $1, 'contact_info', $2::timestamptz where $3 and not exists (select from kept)
  on conflict (account_row_id, table_name) do update set observed_at = excluded.observed_at
  where w.observed_at < excluded.observed_at
), written as (
  insert into contact_info as t (account_id, address_line1, address_line2, address_line3, city, country_code, postal_code,
    state_or_region, company_name, phone_number, website_url, full_name, observed_at)
  select $1::integer, kept.*, $2::timestamptz from kept
  where not exists (select from view360.section_watermarks w
    where w.account_row_id = $1 and w.table_name = 'contact_info' and w.observed_at > $2)
  on conflict (account_id) do update set address_line1 = excluded.address_line1, address_line2 = excluded.address_line2,
    address_line3 = excluded.address_line3, city = excluded.city, country_code = excluded.country_code,
    postal_code = excluded.postal_code, state_or_region = excluded.state_or_region, company_name = excluded.company_name,
    phone_number = excluded.phone_number, website_url = excluded.website_url, full_name = excluded.full_name,
    observed_at = excluded.observed_at, updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= excluded.observed_at
    and (t.address_line1, t.address_line2, t.address_line3, t.city, t.country_code, t.postal_code, t.state_or_region,
      t.company_name, t.phone_number, t.website_url, t.full_name)
    is distinct from (excluded.address_line1, excluded.address_line2, excluded.address_line3, excluded.city,
      excluded.country_code, excluded.postal_code, excluded.state_or_region, excluded.company_name, excluded.phone_number,
      excluded.website_url, excluded.full_name)
  returning xmax = 0 as created
), gone as (
  delete from contact_info t
  where t.account_id = $1 and $3 and not exists (select from kept) and coalesce(t.observed_at, '-infinity') <= $2
  returning 1
)
select (select count(*) from kept), (select count(*) from written where created),
  (select count(*) from written where not created), (select count(*) from gone)
