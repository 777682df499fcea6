package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// OpenPool returns a pool of at most size connections to the database of url. It connects when the first connection is
// acquired; [Acquire] waits for a paused database.
func OpenPool(ctx context.Context, url string, size int32, opts ConnectOptions) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("reading the database URL: %w", err)
	}
	config.MaxConns = size
	if err := opts.applyTo(&config.ConnConfig.Config); err != nil {
		return nil, err
	}
	if opts.Token != nil && config.ConnConfig.Password == "" {
		config.BeforeConnect = func(ctx context.Context, c *pgx.ConnConfig) error {
			var err error
			c.Password, err = opts.Token(ctx, formatEndpoint(c), c.User) // lasts 15 minutes, so each connection gets its own
			return err
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("preparing database connections: %w", err)
	}
	return pool, nil
}

// Acquire returns a connection of the pool. To open a new one, it retries like [Connect].
func Acquire(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	return connectPatiently(ctx, pool.Config().ConnConfig, pool.Acquire)
}
