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
		err := conn.QueryRow(ctx, "select max(version_id) from "+versionTable+" where is_applied").Scan(&applied)
		if err != nil {
			return result, fmt.Errorf("reading the applied migrations: %w", err)
		}
	default:
		if err := adoptDatabase(ctx, conn, rollBackTx); err != nil {
			return result, err
		}
		applied = sql.ContractVersion
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
