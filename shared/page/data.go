package page

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"view360/sql"
)

// dataIndexPage lists the views.
type dataIndexPage struct {
	frame
	Views []viewEntry
}

type viewEntry struct{ Name, Comment string }

// shortName leaves out the schema that every session searches.
func shortName(name string) string { return strings.TrimPrefix(name, "public.") }

const viewCommentsSQL = `
select n.nspname || '.' || c.relname as name, coalesce(obj_description(c.oid), '') as comment
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname in ('public', 'view360')`

func (p *page) showViews(w http.ResponseWriter, r *http.Request) error {
	show := dataIndexPage{frame: p.newFrame("data", "Data", "Every view as a table: sort it, filter it, take it away as CSV.")}
	err := p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) error {
		found, err := queryRows[viewEntry](r.Context(), tx, viewCommentsSQL, nil)
		for _, v := range found {
			if v.Name = shortName(v.Name); p.views[v.Name].Name != "" {
				show.Views = append(show.Views, v)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("listing views: %w", err)
	}
	slices.SortFunc(show.Views, func(a, b viewEntry) int { return cmp.Compare(a.Name, b.Name) })
	return p.templates.write(w, "data", show)
}

// viewPage is one view as a table.
type viewPage struct {
	frame
	Name       string
	Comment    string
	Definition string
	Columns    []column
	Query      dataQuery
	Rows       [][]*string
	HasMore    bool // there is a next page
}

func (p *page) showView(w http.ResponseWriter, r *http.Request) error {
	view, known := p.views[r.PathValue("view")]
	if !known {
		return notFound("There is no view of that name.")
	}
	show := viewPage{Name: shortName(view.Name), Definition: view.Create}
	err := p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) (err error) {
		if show.Comment, show.Columns, err = describeView(r.Context(), tx, view); err != nil {
			return err
		}
		if show.Query, err = parseDataQuery(r.URL.Query(), show.Columns); err != nil {
			return err
		}
		show.Rows, err = readPage(r.Context(), tx, view, show.Columns, show.Query)
		return err
	})
	if err != nil {
		return toBadRequest(err)
	}
	show.frame = p.newFrame("data", show.Name, show.Comment)
	if show.HasMore = len(show.Rows) > pageRows; show.HasMore {
		show.Rows = show.Rows[:pageRows]
	}
	return p.templates.write(w, "view", show)
}

func readPage(ctx context.Context, tx pgx.Tx, view sql.View, columns []column, q dataQuery) ([][]*string, error) {
	statement, args := q.selectSQL(view, columns)
	result, err := tx.Query(ctx, statement+fmt.Sprintf(" limit %d offset %d", pageRows+1, (q.Page-1)*pageRows), args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(result, func(row pgx.CollectableRow) ([]*string, error) { return scanTexts(row, len(columns)) })
}

func scanTexts(row pgx.CollectableRow, n int) ([]*string, error) {
	texts, targets := make([]*string, n), make([]any, n)
	for i := range texts {
		targets[i] = &texts[i]
	}
	return texts, row.Scan(targets...)
}
