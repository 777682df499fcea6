package page

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// soon is the period before a deadline in which the overview shows it.
const soon = 90 * 24 * time.Hour

// deadline is the last day of a certificate or commitment.
type deadline struct {
	Name, Account, Detail string
	Ends                  time.Time
	Days                  int // left; negative after the deadline
}

// IsPast reports whether the deadline is over.
func (d deadline) IsPast() bool { return d.Days < 0 }

// certificates are the certificates of Certificate Manager, with rows for those that expire soon or have expired.
type certificates struct {
	Expired, Soon, Pending, All int64
	Rows                        []deadline
}

const certificateCountsSQL = `
select count(*) as all, count(*) filter (where not_after < @until) as expired,
  count(*) filter (where not_after >= @until and not_after < @soon) as soon,
  count(*) filter (where status = 'PENDING_VALIDATION') as pending
from view_certificates
where account = any(@accounts) and (@region = '' or account_region = @region)`

const certificateRowsSQL = `
select domain_name as name, account_name as account, lower(status) as detail, not_after as ends,
  (not_after::date - @date::date) as days
from view_certificates
where account = any(@accounts) and (@region = '' or account_region = @region) and not_after < @soon
order by not_after >= @until desc, abs(not_after::date - @date::date), name
limit 8`

func readCertificates(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (c certificates, err error) {
	args = withSoon(args)
	err = tx.QueryRow(ctx, certificateCountsSQL, args).Scan(&c.All, &c.Expired, &c.Soon, &c.Pending)
	if err != nil {
		return c, fmt.Errorf("counting certificates: %w", err)
	}
	if c.Rows, err = queryRows[deadline](ctx, tx, certificateRowsSQL, args); err != nil {
		return c, fmt.Errorf("listing certificates: %w", err)
	}
	return c, nil
}

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

// withSoon returns args and the end of the period in which deadlines are soon.
func withSoon(args pgx.NamedArgs) pgx.NamedArgs {
	return mergeArgs(args, pgx.NamedArgs{"soon": args["until"].(time.Time).Add(soon)})
}
