package receiver

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/postgres"
)

// LockParams are session settings that make the database detect a lost connection to a receiver within two minutes, and
// release its locks.
var LockParams = map[string]string{
	"tcp_keepalives_idle": "60", "tcp_keepalives_interval": "15", "tcp_keepalives_count": "4",
}

// runLocked calls work with the object's lock held, or returns nil without calling it if another receiver holds the lock.
//
// The lock is an advisory lock of a database session: unlike a lease in the bucket, it ends with the process, even if that
// is killed, and needs no clock. If the session breaks while work runs, another receiver may load the object again, which
// has no effect.
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

// releaseLock releases the lock, or closes the session that holds it.
func releaseLock(ctx context.Context, conn *pgxpool.Conn, name string) {
	if _, err := conn.Exec(ctx, "select pg_advisory_unlock(hashtextextended($1, 0))", name); err != nil {
		_ = conn.Conn().Close(ctx) // already broken
	}
}
