package page

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"
)

// downloadView streams all rows of a view that the query keeps.
func (p *page) downloadView(w http.ResponseWriter, r *http.Request) error {
	view, known := p.views[r.PathValue("view")]
	if !known {
		return notFound("There is no view of that name.")
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

// writeCSV sends a header and the rows. Once bytes have left, an error can only break the connection off, so that a
// download that is not whole does not look as if it were.
func writeCSV(w http.ResponseWriter, name string, columns []column, result pgx.Rows) error {
	more := result.Next()
	if err := result.Err(); err != nil { // before the first byte it can still be told
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

// escapeFormula keeps a spreadsheet from running a text as a formula.
func escapeFormula(text *string, c column) string {
	if text == nil {
		return ""
	}
	if !c.IsNumeric() && *text != "" && strings.ContainsAny((*text)[:1], "=+-@\t\r") {
		return "'" + *text
	}
	return *text
}
