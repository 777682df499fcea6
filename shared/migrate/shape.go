package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Shape identifies the schema of a database before the run.
type Shape string

// The shapes that Run accepts. Version 1 of the Python program had one schema, version 2 had five.
const (
	Empty    Shape = "empty"
	Ours     Shape = "view360"
	Newer    Shape = "view360 of a newer release" // Run changes nothing
	PythonV1 Shape = "Python version 1.0"
	PythonA  Shape = "Python version 2.1 to 2.3"
	PythonB  Shape = "Python version 2.4 to 2.5"
	PythonC  Shape = "Python version 2.7 to 2.9"
	PythonD  Shape = "Python version 2.9.1 to 2.9.2"
	PythonE  Shape = "Python version 2.9.21"
)

// detectShape returns the shape of the database, or an error if it is unknown.
func detectShape(ctx context.Context, conn *pgx.Conn) (Shape, error) {
	var ours bool
	err := conn.QueryRow(ctx, "select to_regclass($1) is not null", versionTable).Scan(&ours)
	if err != nil {
		return "", fmt.Errorf("reading the database's schema: %w", err)
	}
	if ours {
		return compareRelease(ctx, conn)
	}
	tables, err := listPublicTables(ctx, conn)
	if err != nil {
		return "", err
	}
	if len(tables) == 0 {
		return Empty, nil
	}
	for _, table := range []string{"accounts", "contact_info", "cost_reports", "config_reports", "inventory_applications"} {
		if !slices.Contains(tables, table) {
			return "", fmt.Errorf("the database is neither empty nor known: there is no table %s, but %s",
				table, strings.Join(tables, ", "))
		}
	}
	return findPythonVersion(ctx, conn)
}

// compareRelease returns the shape of a database that has the table of applied migrations.
func compareRelease(ctx context.Context, conn *pgx.Conn) (Shape, error) {
	files, err := listMigrations()
	if err != nil {
		return "", err
	}
	applied, err := readSchemaVersion(ctx, conn)
	if err != nil {
		return "", err
	}
	if applied > files[len(files)-1].version {
		return Newer, nil
	}
	return Ours, nil
}

// readSchemaVersion returns the number of the last applied migration.
func readSchemaVersion(ctx context.Context, conn *pgx.Conn) (version int64, err error) {
	err = conn.QueryRow(ctx, "select coalesce(max(version_id), 0) from "+versionTable+" where is_applied").Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("reading the applied migrations: %w", err)
	}
	return version, nil
}

// versionColumns lists columns that a version of the Python program added, newest first.
var versionColumns = []struct {
	table, column string
	shape         Shape
}{
	{"cost_reports", "region", PythonE},
	{"inventory_applications", "architecture", PythonD},
	{"ri_sp_daily_savings", "id", PythonC},
	{"config_reports", "curr_compliant", PythonB},
	{"accounts", "region", PythonA},
}

// findPythonVersion returns the shape of a database of the Python program, by the columns that its versions added.
func findPythonVersion(ctx context.Context, conn *pgx.Conn) (Shape, error) {
	for _, c := range versionColumns {
		var exists bool
		err := conn.QueryRow(ctx, `
			select exists (select from pg_attribute
				where attrelid = to_regclass('public.' || $1) and attname = $2 and not attisdropped)`,
			c.table, c.column).Scan(&exists)
		if err != nil {
			return "", fmt.Errorf("reading the columns of table %s: %w", c.table, err)
		}
		if exists {
			return c.shape, nil
		}
	}
	return PythonV1, nil
}

// listPublicTables returns the tables of schema public, without those of extensions.
func listPublicTables(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `
		select relname::text from pg_class c
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
			and not exists (select from pg_depend where objid = c.oid and deptype = 'e') -- of an extension
		order by relname`)
	if err != nil {
		return nil, fmt.Errorf("listing the tables: %w", err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("listing the tables: %w", err)
	}
	return tables, nil
}
