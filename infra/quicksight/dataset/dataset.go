// Package dataset lists the data sets of the dashboard: one for each view that a visual uses, as a query with explicit
// columns. The columns of all views with an account's labels are in columns.json, which a test compares with a real
// PostgreSQL and rewrites with -update.
package dataset

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Type is the type of a column in QuickSight.
type Type string

// The types of the views' columns. Booleans are integers, 0 or 1, because QuickSight sums up and colors only numbers.
const (
	String   Type = "STRING"
	Integer  Type = "INTEGER"
	Decimal  Type = "DECIMAL"
	DateTime Type = "DATETIME"
)

// Column is one column of a data set.
type Column struct {
	Name string
	Type Type
	// SQL is the expression over the view, whose alias is v.
	SQL string
}

// Set is one data set. Its name is that of the view.
type Set struct {
	Name string
	// Date is the column that the date controls filter unless a visual names another one; "" means that the set shows the
	// current state.
	Date string
	// Comment explains the rows or columns that the set omits or adds.
	Comment string

	from, where string
	extra       []Column
}

// Lookup returns the set with the name and whether it exists. A view of which no more is known is a set as it stands.
func Lookup(name string) (Set, bool) {
	i := slices.IndexFunc(special, func(s Set) bool { return s.Name == name })
	if i >= 0 {
		return special[i], true
	}
	_, isView := viewColumns[name]
	return Set{Name: name}, isView
}

// Column returns a column of the set and whether it exists.
func (s Set) Column(name string) (Column, bool) {
	columns := s.Columns()
	i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return columns[i], true
}

// Columns returns the view's columns in its order, then those that the set adds.
func (s Set) Columns() []Column {
	var columns []Column
	for _, c := range viewColumns[s.Name] {
		columns = append(columns, c.toColumn())
	}
	return append(columns, s.extra...)
}

// SQL returns the query of the set, with a line for each clause.
func (s Set) SQL() string {
	var columns []string
	for _, c := range s.Columns() {
		columns = append(columns, c.SQL+" as "+c.Name)
	}
	from := s.Name + " v"
	if s.from != "" {
		from = s.from
	}
	query := fmt.Sprintf("select %s\nfrom %s", strings.Join(columns, ", "), from)
	if s.where != "" {
		query += "\nwhere " + s.where
	}
	return query
}

// viewColumn is a column of a view with its type in PostgreSQL. In columns.json it is "name type".
type viewColumn struct{ Name, Type string }

// MarshalText writes the column as in columns.json.
func (c viewColumn) MarshalText() ([]byte, error) { return []byte(c.Name + " " + c.Type), nil }

// UnmarshalText reads what MarshalText writes.
func (c *viewColumn) UnmarshalText(text []byte) error {
	c.Name, c.Type, _ = strings.Cut(string(text), " ")
	return nil
}

//go:embed columns.json
var columnsJSON []byte

// viewColumns are the columns of each view, in the order of the view.
var viewColumns = parseColumns(columnsJSON)

func parseColumns(text []byte) map[string][]viewColumn {
	var columns map[string][]viewColumn
	if err := json.Unmarshal(text, &columns); err != nil {
		panic(fmt.Sprintf("columns.json: %v", err)) // the file is embedded
	}
	return columns
}

// labels are the columns of the filters. They may be empty, and a filter must not drop rows because of that.
var labels = []string{"project_product_name", "account_type", "account_category", "account_customer", "account_partner"}

// unlabeled replaces an empty label. Old versions of the Python program wrote the word None instead.
const unlabeled = "not set"

// toColumn returns a view's column as one that QuickSight can read.
func (c viewColumn) toColumn() Column {
	name := "v." + c.Name
	if slices.Contains(labels, c.Name) {
		return Column{c.Name, String, fmt.Sprintf("coalesce(nullif(nullif(%s, ''), 'None'), '%s')", name, unlabeled)}
	}
	switch c.Type {
	case "character varying", "text":
		return Column{c.Name, String, name}
	case "smallint", "integer", "bigint":
		return Column{c.Name, Integer, name}
	case "boolean":
		return Column{c.Name, Integer, name + "::integer"}
	case "numeric", "real", "double precision":
		return Column{c.Name, Decimal, name}
	case "date":
		return Column{c.Name, DateTime, name}
	case "timestamp with time zone":
		return Column{c.Name, DateTime, fmt.Sprintf("(%s at time zone 'UTC')", name)}
	case "interval":
		return Column{c.Name, Decimal, fmt.Sprintf("round(extract(epoch from %s) / 3600, 1)", name)} // hours
	default: // enumerations, JSON, arrays
		return Column{c.Name, String, name + "::text"}
	}
}
