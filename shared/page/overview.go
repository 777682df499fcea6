package page

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// overviewPage is what the first page shows.
type overviewPage struct {
	frame
	Filter  filter
	Choices choices

	Costs        panel[costs]
	Findings     panel[findings]
	Compliance   panel[compliance]
	Inventory    panel[inventory]
	Certificates panel[certificates]
	Commitments  panel[commitments]
	Tickets      panel[tickets]
	Health       panel[health]
}

// panel is one subject of the overview. What cannot be read leaves the others alone.
type panel[T any] struct {
	Show    T
	Problem string // why there is nothing to show
}

// panelsAtOnce bounds the connections that one reader takes.
const panelsAtOnce = 3

func (p *page) overview(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query(), p.now())
	if err != nil {
		return err
	}
	show := overviewPage{frame: p.frame("overview", "Overview", ""), Filter: f}
	var args pgx.NamedArgs
	err = p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) (err error) {
		if show.Choices, err = readChoices(r.Context(), tx); err != nil {
			return err
		}
		args, err = f.args(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(r.Context())
	group.SetLimit(panelsAtOnce)
	fill(ctx, group, p.db, args, &show.Costs, readCosts)
	fill(ctx, group, p.db, args, &show.Findings, readFindings)
	fill(ctx, group, p.db, args, &show.Compliance, readCompliance)
	fill(ctx, group, p.db, args, &show.Inventory, readInventory)
	fill(ctx, group, p.db, args, &show.Certificates, readCertificates)
	fill(ctx, group, p.db, args, &show.Commitments, readCommitments)
	fill(ctx, group, p.db, args, &show.Tickets, readTickets)
	fill(ctx, group, p.db, args, &show.Health, readHealth)
	if err := group.Wait(); err != nil {
		return err
	}
	return p.templates.write(w, "overview", show)
}

// fill reads one panel. Only the end of the request is an error: a panel shows its own.
func fill[T any](ctx context.Context, group *errgroup.Group, db database, args pgx.NamedArgs, to *panel[T], read func(context.Context, pgx.Tx, pgx.NamedArgs) (T, error)) {
	group.Go(func() error {
		err := db.read(ctx, statementTimeout, func(tx pgx.Tx) (err error) {
			to.Show, err = read(ctx, tx, args)
			return err
		})
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "panel failed", "error", err)
			to.Problem = explain(err)
		}
		return ctx.Err()
	})
}
