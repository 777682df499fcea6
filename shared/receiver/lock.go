package receiver

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/postgres"
)

// LockParams are the session settings with which the database notices within two minutes that a receiver's machine is
// gone, and frees its locks.
var LockParams = map[string]string{
	"tcp_keepalives_idle": "60", "tcp_keepalives_interval": "15", "tcp_keepalives_count": "4",
}

// runLocked calls work while no other receiver of this database works on the object, or not at all when one does.
//
// The lock is an advisory lock of a database session: it ends with the process, however that ends, and needs no clock,
// whereas a lease in the bucket would have to outlive its owner before anybody could tell that it is stale. Nothing is
// lost or doubled if the session breaks while work goes on: loading twice changes nothing.
func (r *Receiver) runLocked(ctx context.Context, key string, work func() error) error {
	conn, err := postgres.Acquire(ctx, r.pool)
	if err != nil {
		return fmt.Errorf("locking %s: %w", key, err)
	}
	defer conn.Release()
	name := "view360 receiver s3://" + r.store.Bucket() + "/" + key
	var held bool
	if err := conn.QueryRow(ctx, "select pg_try_advisory_lock(hashtextextended($1, 0))", name).Scan(&held); err != nil {
		return fmt.Errorf("locking %s: %w", key, err)
	}
	if !held {
		slog.InfoContext(ctx, "busy", "key", key)
		return nil
	}
	defer releaseLock(context.WithoutCancel(ctx), conn, name)
	return work()
}

// releaseLock gives the lock back, or ends the session that holds it.
func releaseLock(ctx context.Context, conn *pgxpool.Conn, name string) {
	if _, err := conn.Exec(ctx, "select pg_advisory_unlock(hashtextextended($1, 0))", name); err != nil {
		_ = conn.Conn().Close(ctx) // broken anyway
	}
}
