-- Upserts the accounts row of an account and region. A value that the snapshot lacks is a placeholder in a new row, and
-- unchanged in a stored row. A snapshot older than the stored row changes nothing.
with given as (
  select $1::varchar as account_id, $2::text as region, $3::varchar as account_name, $4::varchar as account_email,
    $5::varchar as account_status, $6::varchar as account_arn, coalesce($7::text, '') as partner_name,
    coalesce($8::text, '') as customer_name, $9::varchar as joined_method, $10::timestamptz as joined_timestamp,
    coalesce($11::varchar, 'PRODUCTION') as account_type, coalesce($12::text, '') as category,
    $13::timestamptz as observed_at
), written as (
  insert into accounts as a (account_id, region, account_name, account_email, account_status, account_arn, partner_name,
    customer_name, joined_method, joined_timestamp, account_type, csp, category, observed_at)
  select account_id, region, coalesce(account_name, 'Unknown'), coalesce(account_email, 'unknown@example.com'),
    coalesce(account_status, 'ACTIVE'), coalesce(account_arn, 'arn:aws:organizations::' || account_id || ':account'),
    partner_name, customer_name, coalesce(joined_method, 'CREATED'), coalesce(joined_timestamp, '1970-01-01T00:00:00Z'),
    account_type, 'AWS', category, observed_at
  from given
  on conflict (account_id, region) do update set
    account_name = coalesce((select account_name from given), a.account_name),
    account_email = coalesce((select account_email from given), a.account_email),
    account_status = excluded.account_status,
    account_arn = coalesce((select account_arn from given), a.account_arn),
    partner_name = excluded.partner_name,
    customer_name = excluded.customer_name,
    joined_method = coalesce((select joined_method from given), a.joined_method),
    joined_timestamp = coalesce((select joined_timestamp from given), a.joined_timestamp),
    account_type = excluded.account_type,
    csp = excluded.csp,
    category = excluded.category,
    observed_at = excluded.observed_at,
    updated_at = current_timestamp
  where coalesce(a.observed_at, '-infinity') <= excluded.observed_at and (
    a.account_name, a.account_email, a.account_status, a.account_arn, a.partner_name, a.customer_name, a.joined_method,
    a.joined_timestamp, a.account_type, a.csp, a.category
  ) is distinct from (
    coalesce((select account_name from given), a.account_name), coalesce((select account_email from given), a.account_email),
    excluded.account_status, coalesce((select account_arn from given), a.account_arn), excluded.partner_name,
    excluded.customer_name, coalesce((select joined_method from given), a.joined_method),
    coalesce((select joined_timestamp from given), a.joined_timestamp), excluded.account_type, excluded.csp, excluded.category
  )
  returning a.id, case when xmax = 0 then 'created' else 'updated' end as outcome
)
select id, outcome from written
union all
select a.id, 'unchanged' from accounts a, given g
where a.account_id = g.account_id and a.region = g.region and not exists (select from written)
