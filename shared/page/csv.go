package page

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"
)

// downloadView streams all rows of a view that match the query.
func (p *page) downloadView(w http.ResponseWriter, r *http.Request) error {
	view, err := p.findView(r)
	if err != nil {
		return err
	}
	return toBadRequest(p.db.read(r.Context(), downloadTimeout, func(tx pgx.Tx) error {
		_, columns, err := describeView(r.Context(), tx, view)
		if err != nil {
			return err
		}
		q, err := parseDataQuery(r.URL.Query(), columns)
		if err != nil {
			return err
		}
		statement, args := q.selectSQL(view, columns)
		result, err := tx.Query(r.Context(), statement, args...)
		if err != nil {
			return fmt.Errorf("reading %s: %w", view.Name, err)
		}
		defer result.Close()
		return writeCSV(w, shortName(view.Name), columns, result)
	}))
}

// writeCSV sends a header and the rows. An error after the first byte aborts the connection, so that an incomplete
// download does not look complete.
func writeCSV(w http.ResponseWriter, name string, columns []column, result pgx.Rows) error {
	more := result.Next()
	if err := result.Err(); err != nil { // before the first byte, an error page is still possible
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.Name
	}
	out.Write(record) // the writer keeps its error until Flush
	for ; more; more = result.Next() {
		texts, err := scanTexts(result, len(columns))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		for i, t := range texts {
			record[i] = escapeFormula(t, columns[i])
		}
		out.Write(record)
	}
	if out.Flush(); out.Error() != nil || result.Err() != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// escapeFormula returns a value that a spreadsheet does not run as a formula.
func escapeFormula(text *string, c column) string {
	if text == nil {
		return ""
	}
	if !c.IsNumeric() && *text != "" && strings.ContainsAny((*text)[:1], "=+-@\t\r") {
		return "'" + *text
	}
	return *text
}
