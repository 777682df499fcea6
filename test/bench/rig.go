package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/migrate"
	"view360/shared/object"
	"view360/shared/postgres"
	"view360/shared/s3disk"
)

// rig is a database server and a bucket of its own.
type rig struct {
	dir    string
	server *postgres.Server
	bucket *s3disk.Server
	store  *object.Store
	pool   *pgxpool.Pool
	wire   *wire
}

const bucketName = "data"

// newRig starts the servers in a temporary folder; close it also after an error. The database is durable, so that a
// commit costs what it costs.
func newRig(ctx context.Context) (*rig, error) {
	r := &rig{wire: &wire{}}
	var err error
	if r.dir, err = os.MkdirTemp("", "view360-bench-"); err != nil {
		return r, err
	}
	// The server runs as another user when this program runs as root.
	if err := os.Chmod(r.dir, 0o755); err != nil {
		return r, err
	}
	if r.server, err = postgres.Start(ctx, postgres.Options{Dir: filepath.Join(r.dir, "postgres")}); err != nil {
		return r, err
	}
	if _, err := migrate.Run(ctx, r.server.URL, migrate.Options{}); err != nil {
		return r, err
	}
	if r.bucket, err = s3disk.Start(filepath.Join(r.dir, "objects"), bucketName); err != nil {
		return r, err
	}
	r.store = object.New(r.bucket.Client(), bucketName, object.Options{})
	r.pool, err = r.connect(ctx)
	return r, err
}

const maxConns = 4

// connect opens a pool as the loaders have it, whose connections are counted.
func (r *rig) connect(ctx context.Context) (*pgxpool.Pool, error) {
	settings, err := pgxpool.ParseConfig(r.server.URL)
	if err != nil {
		return nil, err
	}
	settings.MaxConns = maxConns
	for name, value := range load.SessionParams {
		settings.ConnConfig.RuntimeParams[name] = value
	}
	settings.ConnConfig.DialFunc = r.wire.dial
	return pgxpool.NewWithConfig(ctx, settings)
}

func (r *rig) close() {
	if r.pool != nil {
		r.pool.Close()
	}
	if r.bucket != nil {
		_ = r.bucket.Close()
	}
	if r.server != nil {
		_ = r.server.Stop()
	}
	_ = os.RemoveAll(r.dir)
}

func (r *rig) openBucket(string) *object.Store { return r.store }

// buildLoaders returns the loaders in the order of the load machine.
func (r *rig) buildLoaders() []load.Handler {
	return loaders.BuildHandlers(load.Handler{Pool: r.pool, Bucket: r.openBucket})
}

// put writes a snapshot to the bucket and indexes it.
func (r *rig) put(ctx context.Context, f snapshotFile) (index.Output, error) {
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(f.write(writer)) }()
	if _, err := r.store.Put(ctx, f.key(), reader); err != nil {
		return index.Output{}, err
	}
	result, err := index.Handler{Bucket: r.openBucket}.Handle(ctx, index.Input{Bucket: bucketName, Key: f.key()})
	if err == nil && result.Status != index.Indexed {
		err = fmt.Errorf("%s was rejected: %s", f.key(), result.Reason)
	}
	return result, err
}
