package page

// coverageEntriesSQL reads the newest outcome of every source in the accounts and the region of the filter.
const coverageEntriesSQL = `
select c.account, a.account_name as name, c.account_region as region, c.service, c.last_outcome as status,
  coalesce(c.reason, '') as reason, coalesce(c.error_code, '') as error_code, coalesce(c.error_message, '') as error_message,
  c.messages as notes, c.run, c.snapshot_date as date, c.last_run_at as run_at, c.last_success_at as success_at
from view360.coverage c
join view_accounts a on a.account = c.account and a.account_region = c.account_region
where c.account = any(@accounts) and (@region = '' or c.account_region = @region)`
