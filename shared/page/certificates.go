package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

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
