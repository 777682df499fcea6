package page

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	statementTimeout = 10 * time.Second
	downloadTimeout  = 2 * time.Minute
)

// database reads views.
type database struct{ pool *pgxpool.Pool }

// limitTransactionSQL sets the timeout of a transaction, and its role if sql/roles.sql has created it in this database.
const limitTransactionSQL = `select set_config('statement_timeout', $1, true), (
  select set_config('role', rolname, true)
  from pg_roles
  where rolname = 'view360_contacts' and pg_has_role(oid, 'usage') and has_table_privilege(oid, 'view_contact_info', 'select'))`

// read calls f in a read-only transaction with a statement timeout.
func (d database) read(ctx context.Context, timeout time.Duration, f func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, d.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, limitTransactionSQL, fmt.Sprint(timeout.Milliseconds())); err != nil {
			return fmt.Errorf("limiting the transaction: %w", err)
		}
		return f(tx)
	})
}

// queryRows returns all rows of a query as structs, matched by column names. The query limits their number.
func queryRows[T any](ctx context.Context, tx pgx.Tx, query string, args pgx.NamedArgs) ([]T, error) {
	result, err := tx.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(result, pgx.RowToStructByName[T])
}

// queryTexts returns the only column of a query.
func queryTexts(ctx context.Context, tx pgx.Tx, query string, args pgx.NamedArgs) ([]string, error) {
	result, err := tx.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(result, pgx.RowTo[string])
}
