package sql_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"view360/shared/catalog"
	"view360/shared/pgtest"
	"view360/sql"
)

// column, table and schema are what contract.json says of a database, and what a database says of itself.
type column struct {
	Name     string  `json:"name"`
	Type     string  `json:"type"`
	Nullable bool    `json:"nullable"`
	Default  *string `json:"default"`
}

type foreignKey struct {
	Columns    []string `json:"columns"`
	References string   `json:"references"`
	OnDelete   string   `json:"on_delete"`
}

type table struct {
	Columns     []column     `json:"columns"`
	PrimaryKey  []string     `json:"primary_key"`
	Unique      [][]string   `json:"unique"`
	ForeignKeys []foreignKey `json:"foreign_keys"`
}

type schema struct {
	Tables map[string]*table   `json:"tables"`
	Views  map[string][]column `json:"views"`
}

func readContract(t *testing.T) schema {
	t.Helper()
	text, err := os.ReadFile("testdata/contract.json")
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for _, table := range s.Tables {
		sortKeys(table)
	}
	return s
}

func sortKeys(t *table) {
	slices.SortFunc(t.Unique, slices.Compare)
	slices.SortFunc(t.ForeignKeys, func(a, b foreignKey) int { return slices.Compare(a.Columns, b.Columns) })
}

func queryRows[T any](t *testing.T, conn *pgx.Conn, text string, args ...any) []T {
	t.Helper()
	rows, err := conn.Query(context.Background(), text, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// readCatalog reads schema public.
func readCatalog(t *testing.T, conn *pgx.Conn) schema {
	t.Helper()
	s := schema{Tables: map[string]*table{}, Views: map[string][]column{}}
	type attribute struct {
		Relation, Kind string
		column
	}
	for _, a := range queryRows[attribute](t, conn, `
		select c.relname::text, c.relkind::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
			not a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
		from pg_class c
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
		order by c.relname, a.attnum`) {
		if a.Kind == "v" {
			s.Views[a.Relation] = append(s.Views[a.Relation], column{Name: a.Name, Type: a.Type})
			continue
		}
		if s.Tables[a.Relation] == nil {
			s.Tables[a.Relation] = &table{Unique: [][]string{}, ForeignKeys: []foreignKey{}}
		}
		s.Tables[a.Relation].Columns = append(s.Tables[a.Relation].Columns, a.column)
	}
	type index struct {
		Relation string
		Primary  bool
		Columns  []string
	}
	for _, i := range queryRows[index](t, conn, `
		select c.relname::text, i.indisprimary,
			array(select pg_get_indexdef(i.indexrelid, n, true) from generate_series(1, i.indnkeyatts) n)
		from pg_index i join pg_class c on c.oid = i.indrelid
		where i.indisunique and c.relnamespace = 'public'::regnamespace`) {
		if i.Primary {
			s.Tables[i.Relation].PrimaryKey = i.Columns
			continue
		}
		s.Tables[i.Relation].Unique = append(s.Tables[i.Relation].Unique, i.Columns)
	}
	type reference struct {
		Relation string
		foreignKey
	}
	for _, r := range queryRows[reference](t, conn, `
		select k.conrelid::regclass::text,
			array(select attname::text from pg_attribute where attrelid = k.conrelid and attnum = any (k.conkey)),
			format('%s(%s)', k.confrelid::regclass,
				(select attname from pg_attribute where attrelid = k.confrelid and attnum = k.confkey[1])),
			case k.confdeltype when 'c' then 'CASCADE' else k.confdeltype::text end
		from pg_constraint k
		where k.contype = 'f' and k.connamespace = 'public'::regnamespace`) {
		s.Tables[r.Relation].ForeignKeys = append(s.Tables[r.Relation].ForeignKeys, r.foreignKey)
	}
	for _, table := range s.Tables {
		sortKeys(table)
	}
	return s
}

// TestContractMigrationsBuildThePythonSchema compares the migrations that stand for a database of the Python version
// with the contract: they must agree in everything, because such a database takes them as applied.
func TestContractMigrationsBuildThePythonSchema(t *testing.T) {
	ctx := context.Background()
	conn := pgtest.Open(t, pgtest.EmptyURL(t))
	statements, err := sql.Contract()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, statements); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(readContract(t).Tables, readCatalog(t, conn).Tables); diff != "" {
		t.Errorf("tables (-contract +database):\n%s", diff)
	}
	type counts struct{ Unique, ForeignKeys, Checks, Indexes, Sequences int }
	got := queryRows[counts](t, conn, `
		select
			(select count(*) from pg_constraint where contype = 'u' and connamespace = 'public'::regnamespace),
			(select count(*) from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace),
			(select count(*) from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace
				and conname = 'date_check'),
			(select count(*) from pg_class where relkind = 'i' and relnamespace = 'public'::regnamespace),
			(select count(*) from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace)`)[0]
	if want := (counts{Unique: 23, ForeignKeys: 37, Checks: 2, Indexes: 126, Sequences: 36}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestDatabaseMatchesTheContract compares a migrated database with the contract, which is right where descriptions of
// it differ: everything in it is there, additions stand at the end. Other tables and views are those of the catalog.
func TestDatabaseMatchesTheContract(t *testing.T) { // W24
	t.Parallel()
	want, got := readContract(t), readCatalog(t, pgtest.Conn(t))
	for name, table := range want.Tables {
		t.Run(name, func(t *testing.T) {
			if got.Tables[name] == nil {
				t.Fatal("the table is missing")
			}
			compareColumns(t, table.Columns, got.Tables[name].Columns)
			if diff := cmp.Diff(table.PrimaryKey, got.Tables[name].PrimaryKey); diff != "" {
				t.Errorf("primary key (-contract +database):\n%s", diff)
			}
			if diff := cmp.Diff(table.ForeignKeys, got.Tables[name].ForeignKeys); diff != "" {
				t.Errorf("foreign keys (-contract +database):\n%s", diff)
			}
		})
	}
	for name, columns := range want.Views {
		t.Run(name, func(t *testing.T) { compareColumns(t, columns, got.Views[name]) })
	}
	var tables, views []string
	for _, source := range catalog.Sources {
		tables, views = append(tables, source.Tables...), append(views, source.Views...)
	}
	checkDeclared(t, "tables", want.Tables, got.Tables, tables)
	checkDeclared(t, "views", want.Views, got.Views, views)
}

// checkDeclared compares the relations of a database with those that the contract or the catalog declares.
func checkDeclared[T any](t *testing.T, kind string, contract, database map[string]T, declared []string) {
	t.Helper()
	names := slices.Concat(slices.Collect(maps.Keys(contract)), declared)
	slices.Sort(names)
	if diff := cmp.Diff(slices.Compact(names), slices.Sorted(maps.Keys(database))); diff != "" {
		t.Errorf("%s (-declared +database):\n%s", kind, diff)
	}
}

func compareColumns(t *testing.T, want, got []column) {
	t.Helper()
	if len(got) < len(want) {
		t.Fatalf("%d columns, want %d", len(got), len(want))
	}
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Errorf("columns (-contract +database):\n%s", diff)
	}
}

func TestEveryTableSaysWhenItsRowsWereObserved(t *testing.T) {
	t.Parallel()
	for name, table := range readCatalog(t, pgtest.Conn(t)).Tables {
		has := slices.ContainsFunc(table.Columns, func(c column) bool { return c.Name == "observed_at" })
		if isProduct := name == "products"; has == isProduct { // operators maintain products
			t.Errorf("%s has observed_at: %t", name, has)
		}
	}
}

// TestEveryForeignKeyHasAnIndex (L63): columns that joins and cascading deletes look up.
func TestEveryForeignKeyHasAnIndex(t *testing.T) {
	t.Parallel()
	type missing struct{ Table, Constraint string }
	for _, m := range queryRows[missing](t, pgtest.Conn(t), `
		select k.conrelid::regclass::text, k.conname::text from pg_constraint k
		where k.contype = 'f' and not exists (
			select from pg_index i
			where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1] and i.indpred is null)`) {
		t.Errorf("%s: no index begins with the column of %s", m.Table, m.Constraint)
	}
}
