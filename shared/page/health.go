package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

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
