package page

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/sql"
)

const (
	viewRows = 50
	// lastViewPage bounds the rows that the database skips; a download has no such bound.
	lastViewPage  = 200
	maxConditions = 10
)

// condition keeps the rows in which a column compares to a value.
type condition struct{ Column, Operator, Value string }

// operator compares a column to a value.
type operator struct {
	name    string
	pattern string // SQL: %[1]s is the column, %[2]s its type, %[3]s the parameter
}

var operators = []operator{
	{"contains", `strpos(lower(%[1]s::text), lower(%[3]s)) > 0`},
	{"is", `%[1]s = %[3]s::text::%[2]s`},
	{"is not", `%[1]s is distinct from %[3]s::text::%[2]s`},
	{"at least", `%[1]s >= %[3]s::text::%[2]s`},
	{"at most", `%[1]s <= %[3]s::text::%[2]s`},
	{"is empty", `coalesce(%[1]s::text, '') = '' and %[3]s::text is not null`},
}

// dataQuery selects rows of a view.
type dataQuery struct {
	pager
	Conditions []condition
	Sort       string // a column; empty: the order of the view
	Descending bool
}

// parseDataQuery reads the query of an address; column, operator, and value repeat together. It rejects columns and
// operators that do not exist, so that a statement contains only known identifiers.
func parseDataQuery(q url.Values, columns []column) (d dataQuery, err error) {
	d = dataQuery{Sort: q.Get("sort"), Descending: q.Get("order") == "desc"}
	if d.Sort != "" && findColumn(columns, d.Sort) == nil {
		return d, badRequest("Column %q, to sort by, does not exist.", d.Sort)
	}
	if d.pager, err = parsePager(q, lastViewPage); err != nil {
		return d, err
	}
	names, kinds, texts := q["column"], q["operator"], q["value"]
	if len(names) != len(kinds) || len(names) != len(texts) || len(names) > maxConditions {
		return d, badRequest("A filter consists of a column, an operator, and a value. At most %d filters are possible.", maxConditions)
	}
	for i, name := range names {
		if name == "" || texts[i] == "" && kinds[i] != "is empty" {
			continue // the empty row of the form
		}
		if findColumn(columns, name) == nil {
			return d, badRequest("Column %q does not exist.", name)
		}
		if findOperator(kinds[i]) == nil {
			return d, badRequest("Operator %q does not exist.", kinds[i])
		}
		d.Conditions = append(d.Conditions, condition{name, kinds[i], texts[i]})
	}
	return d, nil
}

func findColumn(columns []column, name string) *column {
	if i := slices.IndexFunc(columns, func(c column) bool { return c.Name == name }); i >= 0 {
		return &columns[i]
	}
	return nil
}

func findOperator(name string) *operator {
	if i := slices.IndexFunc(operators, func(o operator) bool { return o.name == name }); i >= 0 {
		return &operators[i]
	}
	return nil
}

// selectSQL returns a statement that selects all columns as text, and its arguments. Identifiers come from the database's
// own catalog; values are parameters.
func (d dataQuery) selectSQL(view sql.View, columns []column) (string, []any) {
	var s strings.Builder
	var args []any
	s.WriteString("select ")
	for i, c := range columns {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(quoteName(c.Name) + "::text")
	}
	s.WriteString(" from " + view.Name)
	for i, c := range d.Conditions {
		s.WriteString([]string{" where ", " and "}[min(i, 1)])
		args = append(args, c.Value)
		fmt.Fprintf(&s, findOperator(c.Operator).pattern, quoteName(c.Column), findColumn(columns, c.Column).Type, "$"+strconv.Itoa(len(args)))
	}
	if d.Sort != "" {
		s.WriteString(" order by " + quoteName(d.Sort))
		if d.Descending {
			s.WriteString(" desc nulls last")
		}
	}
	return s.String(), args
}

func quoteName(name string) string { return pgx.Identifier{name}.Sanitize() }

// toBadRequest returns the error of a value that does not have the type of its column as a bad request.
func toBadRequest(err error) error {
	const dataException, undefinedFunction = "22", "42883" // a class and a code of SQLSTATE
	var answer *pgconn.PgError
	if errors.As(err, &answer) && (strings.HasPrefix(answer.Code, dataException) || answer.Code == undefinedFunction) {
		return badRequest("The filter does not match the type of its column: %s.", answer.Message)
	}
	return err
}
