package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// The conditions of sessions that cannot write, as PostgreSQL reports them for a statement.
const (
	readOnlyServer = "25006"
	readOnlyUser   = "42501"
)

const canWriteSQL = "select current_setting('transaction_read_only'), current_setting('default_transaction_read_only')"

// validateWriter refuses a new session that cannot write: on a standby, or of a user whose sessions only read.
func validateWriter(ctx context.Context, conn *pgconn.PgConn) error {
	results, err := conn.Exec(ctx, canWriteSQL).ReadAll()
	if err != nil {
		return fmt.Errorf("asking whether the server takes writes: %w", err)
	}
	const on = "on"
	switch row := results[0].Rows[0]; {
	case string(row[0]) != on:
		return nil
	case string(row[1]) == on:
		return &pgconn.PgError{Severity: "FATAL", Code: readOnlyUser, Message: "sessions of this user are read-only"}
	default:
		return &pgconn.PgError{Severity: "FATAL", Code: readOnlyServer, Message: "the server is read-only: a standby, or the writer before a failover"}
	}
}
