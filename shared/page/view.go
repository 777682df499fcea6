package page

import (
	"context"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"

	"view360/sql"
)

// viewPage is one view as a table.
type viewPage struct {
	frame
	Name       string
	Comment    string
	Definition string
	Columns    []column
	Query      dataQuery
	Rows       [][]*string // nil: null
}

func (p *page) showView(w http.ResponseWriter, r *http.Request) error {
	view, err := p.findView(r)
	if err != nil {
		return err
	}
	show := viewPage{Name: shortName(view.Name), Definition: view.Create}
	err = p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) (err error) {
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
	if len(show.Rows) > viewRows {
		show.Rows = show.Rows[:viewRows]
		show.Query.HasMore = show.Query.Page < lastViewPage
	}
	return p.templates.write(w, "view", show)
}

func (p *page) findView(r *http.Request) (sql.View, error) {
	view, known := p.views[r.PathValue("view")]
	if !known {
		return view, notFound("View %q does not exist.", r.PathValue("view"))
	}
	return view, nil
}

// readPage reads the rows of a page and one more if another page follows.
func readPage(ctx context.Context, tx pgx.Tx, view sql.View, columns []column, q dataQuery) ([][]*string, error) {
	statement, args := q.selectSQL(view, columns)
	result, err := tx.Query(ctx, statement+fmt.Sprintf(" limit %d offset %d", viewRows+1, (q.Page-1)*viewRows), args...)
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

// FirstRow returns the number of the first row shown, from 1.
func (p viewPage) FirstRow() int64 { return int64(p.Query.Page-1)*viewRows + 1 }

// LastRow returns the number of the last row shown.
func (p viewPage) LastRow() int64 { return p.FirstRow() + int64(len(p.Rows)) - 1 }

// OperatorNames returns the operators of a filter.
func (p viewPage) OperatorNames() []string {
	names := make([]string, len(operators))
	for i, o := range operators {
		names[i] = o.name
	}
	return names
}
