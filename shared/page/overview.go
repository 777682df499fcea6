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
	Data    T
	Problem string // why there is nothing to show
}

// panelsAtOnce bounds the connections that one reader takes.
const panelsAtOnce = 3

func (p *page) showOverview(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query(), p.now())
	if err != nil {
		return err
	}
	show := overviewPage{frame: p.newFrame("overview", "Overview", ""), Filter: f}
	var args pgx.NamedArgs
	err = p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) (err error) {
		if show.Choices, err = readChoices(r.Context(), tx); err != nil {
			return err
		}
		args, err = f.resolveArgs(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(r.Context())
	group.SetLimit(panelsAtOnce)
	startPanel(ctx, group, p.db, args, &show.Costs, readCosts)
	startPanel(ctx, group, p.db, args, &show.Findings, readFindings)
	startPanel(ctx, group, p.db, args, &show.Compliance, readCompliance)
	startPanel(ctx, group, p.db, args, &show.Inventory, readInventory)
	startPanel(ctx, group, p.db, args, &show.Certificates, readCertificates)
	startPanel(ctx, group, p.db, args, &show.Commitments, readCommitments)
	startPanel(ctx, group, p.db, args, &show.Tickets, readTickets)
	startPanel(ctx, group, p.db, args, &show.Health, readHealth)
	if err := group.Wait(); err != nil {
		return err
	}
	return p.templates.write(w, "overview", show)
}

// startPanel reads one panel. Only the end of the request is an error: a panel shows its own.
func startPanel[T any](ctx context.Context, group *errgroup.Group, db database, args pgx.NamedArgs, to *panel[T], read func(context.Context, pgx.Tx, pgx.NamedArgs) (T, error)) {
	group.Go(func() error {
		err := db.read(ctx, statementTimeout, func(tx pgx.Tx) (err error) {
			to.Data, err = read(ctx, tx, args)
			return err
		})
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "panel failed", "error", err)
			to.Problem = explainError(err)
		}
		return ctx.Err()
	})
}
