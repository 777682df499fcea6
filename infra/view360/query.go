package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/postgres"
)

type queryCommand struct {
	SQL    string `arg:"" optional:"" name:"sql" help:"One statement, or \\d to list tables and views, or \\d NAME for the columns of those with that in their names."`
	File   string `help:"File with the statement." placeholder:"FILE" type:"existingfile"`
	Output string `help:"table, csv or json." default:"table" enum:"table,csv,json" placeholder:"FORMAT"`
	databaseFlag
}

// databaseFlag chooses the database to read.
type databaseFlag struct {
	DatabaseURL string `help:"PostgreSQL to read (default: the embedded one, which is started for this)." placeholder:"URL"`
}

// Help returns the text of query --help.
func (queryCommand) Help() string {
	return `Runs one statement in a transaction that only reads, and prints rows as they arrive. Nothing else has to run: the
embedded database is started, and stopped afterwards.

Examples:
  ` + calledAs + ` query '\d'
  ` + calledAs + ` query '\d view_kms_keys'
  ` + calledAs + ` query 'select account, latest_cost from view_acct_summary' --output csv > costs.csv
  ` + calledAs + ` query --file monthly.sql --database-url postgres://view360_dashboard@db.example.com/core?sslmode=verify-full`
}

// Validate accepts one statement.
func (q queryCommand) Validate() error {
	if (q.SQL == "") == (q.File == "") {
		return errors.New("give one statement, or --file FILE")
	}
	return nil
}

// Run prints the rows of the statement.
func (q queryCommand) Run(ctx context.Context, g *globals, out *output) error {
	statement, args, err := q.readStatement()
	if err != nil {
		return err
	}
	format := q.Output
	if out.json {
		format = "json"
	}
	return q.read(ctx, g, out, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, statement, append([]any{pgx.QueryExecModeDescribeExec, pgx.QueryResultFormats{pgx.TextFormatCode}}, args...)...)
		if err != nil {
			return describeQueryError(err)
		}
		defer rows.Close()
		if err := writeRows(newRowWriters[format](out.out), rows); err != nil {
			return describeQueryError(err)
		}
		return nil
	})
}

// readStatement returns the statement and its arguments.
func (q queryCommand) readStatement() (statement string, args []any, err error) {
	statement = q.SQL
	if q.File != "" {
		text, err := os.ReadFile(q.File)
		if err != nil {
			return "", nil, fmt.Errorf("reading the statement: %w", err)
		}
		statement = string(text)
	}
	name, isHelp := strings.CutPrefix(strings.TrimSpace(statement), `\d`)
	switch name = strings.TrimSpace(name); {
	case !isHelp:
		return statement, nil, nil
	case name == "":
		return listRelationsSQL, nil, nil
	default:
		return listColumnsSQL, []any{name}, nil
	}
}

// read calls f in a transaction that only reads.
func (d databaseFlag) read(ctx context.Context, g *globals, out *output, f func(pgx.Tx) error) (err error) {
	url := d.DatabaseURL
	if url == "" {
		server, stop, err := startStoredDatabase(ctx, g)
		if err != nil {
			return err
		}
		defer stop()
		url = server.URL
	}
	conn, err := postgres.Connect(ctx, url, postgres.ConnectOptions{
		Params: map[string]string{"default_transaction_read_only": "on"}, Waiting: out.sayWaiting,
	})
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, f)
}

// startStoredDatabase starts the embedded server on the database of the state folder, until the returned function is
// called. It creates none, because an empty one answers nothing.
func startStoredDatabase(ctx context.Context, g *globals) (server *postgres.Server, stop func(), err error) {
	dir := filepath.Join(g.State, "postgres")
	if _, err := os.Stat(filepath.Join(dir, "password")); errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("nothing is stored in %s: load snapshots first ('%s load'), or name a database with --database-url", g.State, calledAs)
	}
	unlock, err := lockState(g)
	if err != nil {
		return nil, nil, err
	}
	server, err = postgres.Start(ctx, postgres.Options{Dir: dir})
	if err != nil {
		unlock()
		return nil, nil, fmt.Errorf("starting the embedded database: %w", err)
	}
	return server, func() { _ = server.Stop(); unlock() }, nil // it only read
}

// describeQueryError adds PostgreSQL's hint, and the next step if a name is wrong.
func describeQueryError(err error) error {
	var refusal *pgconn.PgError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("running the query: %w", err)
	}
	advice := refusal.Hint
	if advice == "" && (refusal.Code == "42P01" || refusal.Code == "42703") { // undefined table or column
		advice = fmt.Sprintf(`list the names with '%s query "\d"'`, calledAs)
	}
	if advice != "" {
		return fmt.Errorf("running the query: %w: %s", err, advice)
	}
	return fmt.Errorf("running the query: %w", err)
}

// listRelationsSQL lists the tables and views that the user may read.
const listRelationsSQL = `
select n.nspname as schema, c.relname as name, case c.relkind when 'v' then 'view' else 'table' end as kind,
  coalesce(obj_description(c.oid, 'pg_class'), '') as description
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'view360') and c.relkind in ('r', 'v') and has_table_privilege(c.oid, 'select')
order by n.nspname, c.relname`

// listColumnsSQL lists the columns of the tables and views whose names contain the argument, or are it.
const listColumnsSQL = `
select n.nspname || '.' || c.relname as name, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
  coalesce(col_description(c.oid, a.attnum), '') as description
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in ('public', 'view360') and c.relkind in ('r', 'v') and has_table_privilege(c.oid, 'select')
  and position(lower($1) in n.nspname || '.' || c.relname) > 0
order by n.nspname, c.relname, a.attnum`
