-- Up to three contacts per accounts row: $1 the row, $2 when they were collected, then billing, operations and security
-- as JSON. Null says that there is none; "absent" that the sender does not know.
with given as (
  select contact_type, nullif(content, '"absent"'::jsonb) as content
  from (values ('billing', $3::jsonb), ('operations', $4::jsonb), ('security', $5::jsonb)) as v (contact_type, content)
  where content is distinct from '"absent"'::jsonb
), written as (
  insert into alternate_contacts as t (account_id, contact_type, full_name, title, email, phone_number, observed_at)
  select $1::integer, contact_type, left(content ->> 'name', 255), left(content ->> 'title', 255),
    left(content ->> 'email', 255), left(content ->> 'phone', 20), $2::timestamptz
  from given where content is not null and content <> '{}'
  on conflict (account_id, contact_type) do update set full_name = excluded.full_name, title = excluded.title,
    email = excluded.email, phone_number = excluded.phone_number, observed_at = excluded.observed_at,
    updated_at = current_timestamp
  where coalesce(t.observed_at, '-infinity') <= excluded.observed_at
    and (t.full_name, t.title, t.email, t.phone_number)
    is distinct from (excluded.full_name, excluded.title, excluded.email, excluded.phone_number)
  returning xmax = 0 as created
), gone as (
  delete from alternate_contacts t using given g
  where t.account_id = $1 and t.contact_type = g.contact_type and g.content is null
    and coalesce(t.observed_at, '-infinity') <= $2
  returning 1
)
select (select count(*) from given where content is not null and content <> '{}'), (select count(*) from written where created),
  (select count(*) from written where not created), (select count(*) from gone)
