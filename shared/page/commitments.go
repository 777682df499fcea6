package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// commitments are active Reserved Instances and Savings Plans with their newest values.
type commitments struct {
	Count       int64
	Utilization float64 // average, percent
	Savings     float64 // of the newest day, in US dollars, after the cost of the commitment
	Soon        int64
	Rows        []deadline
}

// UsedPercent returns the utilization as text.
func (c commitments) UsedPercent() string { return formatPercent(c.Utilization / 100) }

// newestCommitmentsSQL selects the newest row of each subscription.
const newestCommitmentsSQL = `
with newest as (
  select distinct on (account, subscription_id) *
  from view_ri_sp_daily_savings
  where account = any(@accounts) and date_from <= @date
  order by account, subscription_id, date_from desc, updated_at desc
)
`

const commitmentCountsSQL = newestCommitmentsSQL + `
select count(*) as count, coalesce(avg(utilization_percentage), 0)::float8 as utilization,
  coalesce(sum(net_savings), 0)::float8 as savings, count(*) filter (where end_date < @soon) as soon
from newest
where state = 'active' and end_date >= @until`

const commitmentRowsSQL = newestCommitmentsSQL + `
select concat_ws(' ', reservation_type, coalesce(instance_type, instance_family)) as name, account_name as account,
  concat_ws(', ', service, round(utilization_percentage) || ' % used') as detail, end_date as ends,
  (end_date::date - @date::date) as days
from newest
where state = 'active' and end_date >= @until
order by end_date, name
limit 8`

func readCommitments(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (c commitments, err error) {
	args = withSoon(args)
	err = tx.QueryRow(ctx, commitmentCountsSQL, args).Scan(&c.Count, &c.Utilization, &c.Savings, &c.Soon)
	if err != nil {
		return c, fmt.Errorf("counting commitments: %w", err)
	}
	if c.Rows, err = queryRows[deadline](ctx, tx, commitmentRowsSQL, args); err != nil {
		return c, fmt.Errorf("listing commitments: %w", err)
	}
	return c, nil
}
