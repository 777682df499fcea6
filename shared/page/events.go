package page

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// eventRow is a support ticket or an AWS Health event.
type eventRow struct {
	Name, Account, Status, Detail string
	At                            time.Time
}

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

// health is the open and upcoming events of AWS Health.
type health struct {
	Open, Upcoming int64
	Rows           []eventRow
}

const healthEventsSQL = `
from view_health_events
where account = any(@accounts) and (@region = '' or region in (@region, 'global'))
  and status_code in ('open', 'upcoming')`

func readHealth(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (h health, err error) {
	err = tx.QueryRow(ctx, `select count(*) filter (where status_code = 'open'),
		count(*) filter (where status_code = 'upcoming')`+healthEventsSQL, args).Scan(&h.Open, &h.Upcoming)
	if err != nil {
		return h, fmt.Errorf("counting health events: %w", err)
	}
	h.Rows, err = queryRows[eventRow](ctx, tx, `select lower(replace(event_type_code, '_', ' ')) as name,
		max(account_name) || case when count(*) > 1 then ' and ' || count(*) - 1 || ' more' else '' end as account,
		status_code as status, coalesce(region, '') as detail, max(start_time) as at`+healthEventsSQL+`
		group by event_type_code, status_code, region
		order by status_code, max(start_time) desc nulls last, name
		limit 8`, args)
	if err != nil {
		return h, fmt.Errorf("listing health events: %w", err)
	}
	return h, nil
}
