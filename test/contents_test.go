package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// surrogates and times of loading are the columns that differ from one load of the same snapshots to another.
const surrogates = "'{id,created_at,updated_at}'::text[]"

// ownTimes are the tables whose created_at and updated_at come from the snapshot.
var ownTimes = []string{"findings", "guard_duty_findings"}

// readContents returns every row of every table of the contract without surrogate ids and times of loading. A reference
// to a row is replaced by that row. Messages that count what a load did are left out: they differ if a load did less.
func readContents(t testing.TB, pool *pgxpool.Pool) []string {
	t.Helper()
	references := map[string]map[string]string{}
	for _, line := range queryTexts(t, pool, `select c.conrelid::regclass::text || ' ' || a.attname || ' ' || c.confrelid::regclass::text
		from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
		where c.contype = 'f' and c.connamespace = 'public'::regnamespace`) {
		words := strings.Fields(line)
		if references[words[0]] == nil {
			references[words[0]] = map[string]string{}
		}
		references[words[0]][words[1]] = words[2]
	}
	var rows []string
	for _, table := range queryTexts(t, pool, "select tablename::text from pg_tables where schemaname = 'public'") {
		for _, row := range queryTexts(t, pool, fmt.Sprintf("select (%s)::text from %s %[2]s", contentSQL(references, table), table)) {
			rows = append(rows, table+" "+row)
		}
	}
	rows = slices.DeleteFunc(rows, func(row string) bool { return strings.Contains(row, `"message_type": "LOAD"`) })
	slices.Sort(rows)
	return rows
}

// contentSQL returns the expression for a row of a table as one JSON document.
func contentSQL(references map[string]map[string]string, table string) string {
	dropped := surrogates
	if slices.Contains(ownTimes, table) {
		dropped = "'{id}'::text[]"
	}
	expression := fmt.Sprintf("to_jsonb(%s) - %s", table, dropped)
	for column, parent := range references[table] {
		expression += fmt.Sprintf(" || jsonb_build_object('%s', (select %s from %s where %[3]s.id = %s.%[1]s))", column, contentSQL(references, parent), parent, table)
	}
	return expression
}

// queryTexts returns the rows of a query with one column.
func queryTexts(t testing.TB, pool *pgxpool.Pool, query string, arguments ...any) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), query, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}
