package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// tickets are the unresolved support cases.
type tickets struct {
	Open, Urgent, Waiting int64 // Urgent: severity urgent or critical; Waiting: for the customer
	Rows                  []eventRow
}

const openTicketsSQL = `
from view_acct_support_tickets
where account = any(@accounts) and status not in ('resolved', 'closed') and time_created < @until`

func readTickets(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (t tickets, err error) {
	err = tx.QueryRow(ctx, `select count(*), count(*) filter (where severity_code in ('urgent', 'critical')),
		count(*) filter (where status = 'pending-customer-action')`+openTicketsSQL, args).Scan(&t.Open, &t.Urgent, &t.Waiting)
	if err != nil {
		return t, fmt.Errorf("counting tickets: %w", err)
	}
	t.Rows, err = queryRows[eventRow](ctx, tx, `select coalesce(subject, '') as name, account_name as account, severity_code as status,
		replace(status, '-', ' ') as detail, time_created as at`+openTicketsSQL+`
		order by array_position('{critical,urgent,high,normal,low}', severity_code), time_created desc
		limit 8`, args)
	if err != nil {
		return t, fmt.Errorf("listing tickets: %w", err)
	}
	return t, nil
}
