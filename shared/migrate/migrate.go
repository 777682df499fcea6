// Package migrate updates a database to the current schema and views.
//
// It accepts an empty database, one of an earlier release, and one of the Python version; it refuses any other before the
// first change. It changes nothing in a database of a newer release, which a deployment meets when it rolls back. Each migration is one transaction, all views together are one more, and concurrent runs wait for each
// other, so a run may be interrupted or repeated at any time.
package migrate

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"view360/shared/postgres"
	"view360/sql"
)

// versionTable records the applied migrations.
const versionTable = "view360.schema_versions"

// lockID is the advisory lock of a run: "view360" in ASCII.
const lockID int64 = 0x76696577333630

// Options are the settings of a run. The zero value migrates with the password of the URL.
type Options struct {
	// DryRun finds the pending changes and makes none.
	DryRun bool
	// Roles creates the database users of loaders and dashboards, which requires the right to create roles if they do not exist.
	Roles bool
	// Token returns the password if the URL has none.
	Token postgres.TokenFunc
	// Waiting is told what is waited for, see [postgres.ConnectOptions].
	Waiting func(endpoint string, reason error)
}

// Result lists the changes of a run or, after a dry run, the pending changes.
type Result struct {
	Found      Shape    // schema before the run
	Migrations []string // applied files, in order
	Views      int      // number of views replaced; 0 if all were current
}

// Run migrates the database of url. After an error, Result lists the migrations that were applied before it.
func Run(ctx context.Context, url string, opts Options) (Result, error) {
	url, err := setSearchPath(url)
	if err != nil {
		return Result{}, err
	}
	conn, err := postgres.Connect(ctx, url, postgres.ConnectOptions{Token: opts.Token, Writes: true, Waiting: opts.Waiting})
	if err != nil {
		return Result{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// The lock ends with the connection, also when the program is killed.
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lockID); err != nil {
		return Result{}, fmt.Errorf("waiting for other migrations: %w", err)
	}
	shape, err := detectShape(ctx, conn)
	if err != nil {
		return Result{}, err
	}
	result := Result{Found: shape}
	if shape == Newer {
		return result, nil
	}
	if opts.DryRun {
		return planRun(ctx, conn, result)
	}
	switch shape {
	case Ours:
	case Empty:
		if _, err := conn.Exec(ctx, sql.Prepare); err != nil {
			return result, fmt.Errorf("preparing the database: %w", err)
		}
	default:
		if err := adoptDatabase(ctx, conn, commitTx); err != nil {
			return result, err
		}
	}
	db, closeAll, err := openForGoose(ctx, url, opts)
	if err != nil {
		return result, err
	}
	defer closeAll()
	if result.Migrations, err = applyMigrations(ctx, db); err != nil {
		return result, err
	}
	if err := writeRegistry(ctx, conn); err != nil {
		return result, err
	}
	if result.Views, err = replaceViews(ctx, conn); err != nil || !opts.Roles {
		return result, err
	}
	if _, err := conn.Exec(ctx, sql.Roles); err != nil {
		return result, fmt.Errorf("creating the roles: %w", err)
	}
	return result, nil
}

// setSearchPath returns the URL with schema public for unqualified names, regardless of the user's default.
func setSearchPath(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" {
		return "", errors.New("reading the database URL: want postgres://user@host/database")
	}
	query := u.Query()
	query.Set("search_path", "public")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// openForGoose returns the database of url for goose, and what closes it. Its connection is open already: Acquire has
// waited for a server without a free one.
func openForGoose(ctx context.Context, url string, opts Options) (db *stdsql.DB, closeAll func(), err error) {
	pool, err := postgres.OpenPool(ctx, url, 1, postgres.ConnectOptions{Token: opts.Token, Writes: true})
	if err != nil {
		return nil, nil, err
	}
	conn, err := postgres.Acquire(ctx, pool)
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	conn.Release()
	db = stdlib.OpenDBFromPool(pool)
	return db, func() { _ = db.Close(); pool.Close() }, nil
}

// applyMigrations returns the applied files, also after an error.
func applyMigrations(ctx context.Context, db *stdsql.DB) (applied []string, err error) {
	provider, err := newProvider(db)
	if err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		results = partial.Applied
	}
	for _, r := range results {
		applied = append(applied, r.Source.Path)
	}
	if err != nil {
		return applied, fmt.Errorf("applying the migrations: %w", err)
	}
	return applied, nil
}

func newProvider(db *stdsql.DB) (*goose.Provider, error) {
	provider, err := goose.NewProvider(database.DialectPostgres, db, sql.Migrations(),
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	return provider, nil
}
