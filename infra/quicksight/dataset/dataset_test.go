package dataset

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"view360/shared/pgtest"
	"view360/sql"
)

var update = flag.Bool("update", false, "rewrite columns.json from the database")

// asDashboard returns a connection with the rights of the user of dashboards.
func asDashboard(t *testing.T) *pgx.Conn {
	t.Helper()
	conn := pgtest.Conn(t)
	for _, statement := range []string{sql.Roles, "set role view360_dashboard"} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

func TestColumnsAreThoseOfTheViews(t *testing.T) { // A11
	t.Parallel()
	conn := asDashboard(t)
	got := map[string][]viewColumn{}
	for _, view := range listViews(t, conn) {
		got[view] = columnsOf(t, conn, view)
	}
	if *update {
		text, err := json.MarshalIndent(got, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("columns.json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(got, viewColumns); diff != "" {
		t.Errorf("columns.json differs from the views (-views +file); run go test ./infra/quicksight/dataset -run TestColumnsAreThoseOfTheViews -update:\n%s", diff)
	}
}

// listViews returns the views that the user of dashboards may read and that have an account's labels, which the controls
// filter, and those of the special sets.
func listViews(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
		select relname::text from pg_class c where relkind = 'v' and relnamespace = 'public'::regnamespace and has_table_privilege(oid, 'select')
		and exists (select from pg_attribute where attrelid = c.oid and attname = 'project_product_name')`)
	if err != nil {
		t.Fatal(err)
	}
	views, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range special {
		views = append(views, s.Name)
	}
	slices.Sort(views)
	return slices.Compact(views)
}

// listSets returns the sets of all views.
func listSets() (sets []Set) {
	for name := range viewColumns {
		set, _ := Lookup(name)
		sets = append(sets, set)
	}
	return sets
}

func columnsOf(t *testing.T, conn *pgx.Conn, view string) []viewColumn {
	t.Helper()
	rows, err := conn.Query(context.Background(), `
		select attname::text, format_type(atttypid, null) from pg_attribute
		where attrelid = coalesce(to_regclass('public.' || $1), to_regclass('view360.' || $1)) and attnum > 0 order by attnum`, view)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[viewColumn])
	if err != nil {
		t.Fatal(err)
	}
	return columns
}

func TestQueriesReturnTheDeclaredColumns(t *testing.T) { // A11
	t.Parallel()
	if *update {
		t.Skip("columns.json is being rewritten")
	}
	conn := asDashboard(t)
	types := map[uint32]Type{
		pgtype.TextOID: String, pgtype.VarcharOID: String, pgtype.Int2OID: Integer, pgtype.Int4OID: Integer, pgtype.Int8OID: Integer,
		pgtype.NumericOID: Decimal, pgtype.Float8OID: Decimal, pgtype.DateOID: DateTime, pgtype.TimestampOID: DateTime,
	}
	for _, s := range listSets() {
		type column struct {
			Name string
			Type Type
		}
		var want, got []column
		for _, c := range s.Columns() {
			want = append(want, column{c.Name, c.Type})
		}
		rows, err := conn.Query(t.Context(), s.SQL())
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		for _, f := range rows.FieldDescriptions() {
			got = append(got, column{f.Name, types[f.DataTypeOID]})
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			t.Errorf("%s: %v\n%s", s.Name, err, s.SQL())
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-declared +query):\n%s", s.Name, diff)
		}
	}
}

func TestEverySetHasTheColumnsOfTheControls(t *testing.T) {
	t.Parallel()
	names := func(s Set) (names []string) {
		for _, c := range s.Columns() {
			names = append(names, c.Name)
		}
		return names
	}
	for _, s := range listSets() {
		for _, name := range append([]string{"account", "account_name", "account_full"}, labels...) {
			if !slices.Contains(names(s), name) {
				t.Errorf("%s has no column %s", s.Name, name)
			}
		}
		if c, known := s.Column(s.Date); s.Date != "" && (!known || c.Type != DateTime) {
			t.Errorf("%s has no date column %q", s.Name, s.Date)
		}
		if sorted := names(s); len(slices.Compact(slices.Sorted(slices.Values(sorted)))) != len(sorted) {
			t.Errorf("%s has a column twice: %v", s.Name, sorted)
		}
	}
	if !slices.IsSortedFunc(special, func(a, b Set) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the sets are not sorted")
	}
}
