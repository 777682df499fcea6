package migrate

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"view360/sql"
)

// planRun returns the result with the pending migrations and views. It adopts a database of the Python version and rolls
// that back, to find errors now; its tables are locked meanwhile.
func planRun(ctx context.Context, conn *pgx.Conn, result Result) (Result, error) {
	applied := int64(0)
	switch result.Found {
	case Empty:
	case Ours:
		var err error
		if applied, err = readSchemaVersion(ctx, conn); err != nil {
			return result, err
		}
	default:
		if err := adoptDatabase(ctx, conn, rollBackTx); err != nil {
			return result, err
		}
		applied = sql.ContractVersion
	}
	files, err := listMigrations()
	if err != nil {
		return result, err
	}
	for _, file := range files {
		if file.version > applied {
			result.Migrations = append(result.Migrations, file.name)
		}
	}
	list, err := sql.Views()
	if err != nil {
		return result, err
	}
	result.Views = len(list)
	if result.Found == Ours && len(result.Migrations) == 0 {
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

// migrationFile is a file of sql/migrations.
type migrationFile struct {
	name    string
	version int64
}

// listMigrations returns the migrations of this release in order.
func listMigrations() ([]migrationFile, error) {
	names, err := fs.Glob(sql.Migrations(), "*.sql")
	if err != nil {
		return nil, fmt.Errorf("listing the migrations: %w", err)
	}
	files := make([]migrationFile, len(names))
	for i, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("reading the number of migration %s: %w", name, err)
		}
		files[i] = migrationFile{name, version}
	}
	return files, nil
}
