package page

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// overviewPage is the first page.
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
	Reach        panel[reach]
}

// panel is one topic of the overview. An error in one panel does not affect the others.
type panel[T any] struct {
	Data    T
	Problem string // the error; empty if Data is valid
}

// panelsAtOnce limits the connections of one request.
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
	startPanel(ctx, group, p.db, args, &show.Reach, readReach)
	if err := group.Wait(); err != nil {
		return err
	}
	return p.templates.write(w, "overview", show)
}

// startPanel reads one panel in the group. The panel shows its own error; only the end of the request ends the group.
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
