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

// contents is every row of every table of the contract without surrogate ids and times of loading; a reference to a row
// is replaced by what that row holds. Messages that tell what a load did are left out: they differ when a load did less.
func contents(t testing.TB, pool *pgxpool.Pool) []string {
	t.Helper()
	references := map[string]map[string]string{}
	for _, line := range texts(t, pool, `select c.conrelid::regclass::text || ' ' || a.attname || ' ' || c.confrelid::regclass::text
		from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
		where c.contype = 'f' and c.connamespace = 'public'::regnamespace`) {
		words := strings.Fields(line)
		if references[words[0]] == nil {
			references[words[0]] = map[string]string{}
		}
		references[words[0]][words[1]] = words[2]
	}
	var rows []string
	for _, table := range texts(t, pool, "select tablename::text from pg_tables where schemaname = 'public'") {
		for _, row := range texts(t, pool, fmt.Sprintf("select (%s)::text from %s %[2]s", content(references, table), table)) {
			rows = append(rows, table+" "+row)
		}
	}
	rows = slices.DeleteFunc(rows, func(row string) bool { return strings.Contains(row, `"message_type": "LOAD"`) })
	slices.Sort(rows)
	return rows
}

// content is the expression for a row of a table as one JSON document.
func content(references map[string]map[string]string, table string) string {
	dropped := surrogates
	if slices.Contains(ownTimes, table) {
		dropped = "'{id}'::text[]"
	}
	expression := fmt.Sprintf("to_jsonb(%s) - %s", table, dropped)
	for column, parent := range references[table] {
		expression += fmt.Sprintf(" || jsonb_build_object('%s', (select %s from %s where %[3]s.id = %s.%[1]s))", column, content(references, parent), parent, table)
	}
	return expression
}

func texts(t testing.TB, pool *pgxpool.Pool, query string) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}
