package page

import (
	"context"
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
	pageRows = 50
	// lastPage bounds what the database must skip; a download has no such bound.
	lastPage      = 200
	maxConditions = 10
)

// column is one column of a view, as the database knows it.
type column struct{ Name, Type, Comment string }

// IsNumeric reports whether the column is aligned to the right.
func (c column) IsNumeric() bool {
	kind, _, _ := strings.Cut(c.Type, "(")
	return slices.Contains([]string{"integer", "bigint", "numeric", "double precision"}, kind)
}

// viewColumnsSQL are the columns of a view. One without a comment has that of the column of its name that it is made from.
const viewColumnsSQL = `
select c.attname::text as name, format_type(c.atttypid, c.atttypmod) as type, coalesce(col_description(c.attrelid, c.attnum), (
    select col_description(source.attrelid, source.attnum)
    from pg_rewrite r
    join pg_depend d on d.objid = r.oid and d.refclassid = 'pg_class'::regclass
    join pg_attribute source on source.attrelid = d.refobjid and source.attnum = d.refobjsubid
    where r.ev_class = c.attrelid and source.attname = c.attname and col_description(source.attrelid, source.attnum) is not null
    order by source.attrelid
    limit 1), '') as comment
from pg_attribute c
where c.attrelid = $1::regclass and c.attnum > 0 and not c.attisdropped
order by c.attnum`

// describeView reads a view's comment and columns.
func describeView(ctx context.Context, tx pgx.Tx, view sql.View) (comment string, columns []column, err error) {
	err = tx.QueryRow(ctx, `select coalesce(obj_description($1::regclass), '')`, view.Name).Scan(&comment)
	if err != nil {
		return "", nil, fmt.Errorf("reading the description of %s: %w", view.Name, err)
	}
	result, err := tx.Query(ctx, viewColumnsSQL, view.Name)
	if err != nil {
		return "", nil, fmt.Errorf("reading the columns of %s: %w", view.Name, err)
	}
	columns, err = pgx.CollectRows(result, pgx.RowToStructByName[column])
	return comment, columns, err
}

// condition keeps the rows in which a column compares to a value.
type condition struct{ Column, Operator, Value string }

// operators are what a condition can be, with their SQL: %[1]s is the column, %[2]s its type, %[3]s the parameter.
var operators = []struct{ Name, sql string }{
	{"contains", `strpos(lower(%[1]s::text), lower(%[3]s)) > 0`},
	{"is", `%[1]s = %[3]s::text::%[2]s`},
	{"is not", `%[1]s is distinct from %[3]s::text::%[2]s`},
	{"at least", `%[1]s >= %[3]s::text::%[2]s`},
	{"at most", `%[1]s <= %[3]s::text::%[2]s`},
	{"is empty", `coalesce(%[1]s::text, '') = '' and %[3]s::text is not null`},
}

// dataQuery is which rows of a view are shown.
type dataQuery struct {
	Conditions []condition
	Sort       string // a column; empty: as the view gives them
	Descending bool
	Page       int // from 1
}

// parseDataQuery reads the query of an address: column, operator and value repeat together. What the view does not have
// is an error, so that only its own columns reach a statement.
func parseDataQuery(q url.Values, columns []column) (dataQuery, error) {
	d := dataQuery{Sort: q.Get("sort"), Descending: q.Get("order") == "desc", Page: 1}
	if d.Sort != "" && !hasColumn(columns, d.Sort) {
		return d, badRequest("There is no column %q to sort by.", d.Sort)
	}
	if text := q.Get("page"); text != "" {
		page, err := strconv.Atoi(text)
		if err != nil || page < 1 || page > lastPage {
			return d, badRequest("Pages are numbered from 1 to %d: filter, or download the CSV.", lastPage)
		}
		d.Page = page
	}
	names, kinds, texts := q["column"], q["operator"], q["value"]
	if len(names) != len(kinds) || len(names) != len(texts) || len(names) > maxConditions {
		return d, badRequest("A filter is a column, an operator and a value; there can be %d.", maxConditions)
	}
	for i, name := range names {
		if name == "" || texts[i] == "" && kinds[i] != "is empty" {
			continue // the form's empty row
		}
		if !hasColumn(columns, name) {
			return d, badRequest("There is no column %q.", name)
		}
		if !slices.ContainsFunc(operators, func(o struct{ Name, sql string }) bool { return o.Name == kinds[i] }) {
			return d, badRequest("There is no operator %q.", kinds[i])
		}
		d.Conditions = append(d.Conditions, condition{name, kinds[i], texts[i]})
	}
	return d, nil
}

func hasColumn(columns []column, name string) bool {
	return slices.ContainsFunc(columns, func(c column) bool { return c.Name == name })
}

// selectSQL selects all columns as text. Identifiers are those of the database's own catalogue, values are parameters.
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
		kind := columns[slices.IndexFunc(columns, func(in column) bool { return in.Name == c.Column })].Type
		pattern := operators[slices.IndexFunc(operators, func(o struct{ Name, sql string }) bool { return o.Name == c.Operator })].sql
		args = append(args, c.Value)
		fmt.Fprintf(&s, pattern, quoteName(c.Column), kind, "$"+strconv.Itoa(len(args)))
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

// toBadRequest makes a value that is not of its column's type the reader's error.
func toBadRequest(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (strings.HasPrefix(refused.Code, "22") || refused.Code == "42883") {
		return badRequest("The filter does not fit its column: %s.", refused.Message)
	}
	return err
}
