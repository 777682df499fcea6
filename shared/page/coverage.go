package page

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// accountRows is the number of accounts on a page of the matrix.
const accountRows = 50

// coveragePage is the matrix of accounts and sources.
type coveragePage struct {
	frame
	pager
	Filter   filter
	Choices  choices
	Services []string
	Rows     []coverageRow
	Totals   []statusTotal
}

// coverageRow is one account, with its cells in the order of the services.
type coverageRow struct {
	Account, Name string
	Cells         []coverageCell
}

// coverageCell is one source over all regions of an account, represented by the most urgent one; empty if it was never collected.
type coverageCell struct {
	coverageEntry
	Regions, Like int // Like: regions with the status that is shown
	Age           string
}

// statusTotal is the number of entries on the page with a status.
type statusTotal struct {
	coverageEntry
	Count int64
}

// PageLink returns the address of another page of the matrix.
func (c coveragePage) PageLink(number int) string {
	q := c.Filter.Query()
	q.Set("page", strconv.Itoa(number))
	return "?" + q.Encode()
}

func (p *page) showCoverage(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query(), p.now())
	if err != nil {
		return err
	}
	show := coveragePage{frame: p.newFrame("coverage", "Coverage", "The outcome of every source in the newest run of each account. Open a cell to see the reason and what to do."), Filter: f}
	if show.pager, err = parsePager(r.URL.Query(), maxPage); err != nil {
		return err
	}
	var found []coverageEntry
	err = p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) (err error) {
		if show.Choices, err = readChoices(r.Context(), tx); err != nil {
			return err
		}
		args, err := f.resolveArgs(r.Context(), tx)
		if err != nil {
			return err
		}
		accounts := args["accounts"].([]string)
		slices.Sort(accounts)
		from, to := show.selectRows(len(accounts), accountRows)
		args["accounts"] = accounts[from:to]
		found, err = readCoverage(r.Context(), tx, args)
		return err
	})
	if err != nil {
		return err
	}
	show.buildMatrix(found, p.now())
	return p.templates.write(w, "coverage", show)
}

func readCoverage(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) ([]coverageEntry, error) {
	entries, err := queryRows[coverageEntry](ctx, tx, coverageEntriesSQL, args)
	if err != nil {
		return nil, fmt.Errorf("reading the coverage: %w", err)
	}
	return entries, nil
}
