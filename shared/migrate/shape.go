package migrate

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"view360/sql"
)

// Shape is what a database was before the run.
type Shape string

// The shapes that Run accepts.
const (
	Empty  Shape = "empty"
	Ours   Shape = "view360"
	Python Shape = "Python version 2.9.21"
)

// detect finds out what the database is, and refuses what it does not know.
func detect(ctx context.Context, conn *pgx.Conn) (Shape, error) {
	var ours bool
	err := conn.QueryRow(ctx, "select to_regclass($1) is not null", versionTable).Scan(&ours)
	if err != nil {
		return "", fmt.Errorf("looking at the database: %w", err)
	}
	if ours {
		return Ours, nil
	}
	tables, err := publicTables(ctx, conn)
	if err != nil {
		return "", err
	}
	switch {
	case len(tables) == 0:
		return Empty, nil
	case slices.Contains(tables, "accounts") && slices.Contains(tables, "ri_sp_daily_savings"):
		return Python, nil
	}
	return "", fmt.Errorf("the database is neither empty nor known: schema public has the tables %s",
		strings.Join(tables, ", "))
}

func publicTables(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `
		select relname::text from pg_class
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`)
	if err != nil {
		return nil, fmt.Errorf("listing the tables: %w", err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("listing the tables: %w", err)
	}
	return tables, nil
}

// prepare makes our schema, and writes down which migrations the database of the Python version has already.
func prepare(ctx context.Context, db *stdsql.DB, shape Shape) error {
	if shape == Ours {
		return nil
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("preparing the database: %w", err)
	}
	defer tx.Rollback() // no effect after the commit
	if _, err := tx.ExecContext(ctx, prepareSQL); err != nil {
		return fmt.Errorf("preparing the database: %w", err)
	}
	if shape == Python {
		if err := baseline(ctx, tx); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("preparing the database: %w", err)
	}
	return nil
}

const prepareSQL = `
create schema if not exists view360;
comment on schema view360 is 'What View360 remembers about loads and migrations.';
`

// baseline takes the migrations of the contract as applied.
func baseline(ctx context.Context, tx *stdsql.Tx) error {
	store, err := database.NewStore(database.DialectPostgres, versionTable)
	if err != nil {
		return fmt.Errorf("adopting the database: %w", err)
	}
	if err := store.CreateVersionTable(ctx, tx); err != nil {
		return fmt.Errorf("adopting the database: %w", err)
	}
	for version := range int64(sql.ContractVersion + 1) { // 0 stands for the empty database
		if err := store.Insert(ctx, tx, database.InsertRequest{Version: version}); err != nil {
			return fmt.Errorf("adopting the database: %w", err)
		}
	}
	return nil
}

// plan completes the result of a dry run.
func plan(ctx context.Context, conn *pgx.Conn, result Result) (Result, error) {
	applied := int64(0)
	if result.Found == Python {
		applied = sql.ContractVersion
	}
	if result.Found == Ours {
		err := conn.QueryRow(ctx, "select max(version_id) from "+versionTable+" where is_applied").Scan(&applied)
		if err != nil {
			return result, fmt.Errorf("reading the applied migrations: %w", err)
		}
	}
	files, err := fs.Glob(sql.Migrations(), "*.sql")
	if err != nil {
		return result, fmt.Errorf("listing the migrations: %w", err)
	}
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return result, fmt.Errorf("reading the number of migration %s: %w", file, err)
		}
		if version > applied {
			result.Migrations = append(result.Migrations, file)
		}
	}
	list, err := sql.Views()
	if err != nil {
		return result, err
	}
	result.Views = len(list)
	if result.Found == Ours {
		current, err := viewsAreCurrent(ctx, conn, list)
		if err != nil {
			return result, err
		}
		if current {
			result.Views = 0
		}
	}
	return result, nil
}
