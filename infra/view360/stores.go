package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/load"
	"view360/shared/migrate"
	"view360/shared/object"
	"view360/shared/postgres"
	"view360/shared/s3disk"
)

// The buckets of the embedded object store.
const (
	stagingBucket = "staging" // plans, parts and outcomes
	dataBucket    = "data"    // snapshots of the demonstration
	inboxBucket   = "inbox"   // snapshot files that are being loaded
)

// database is an open database and how to reach it.
type database struct {
	*pgxpool.Pool
	URL          string
	passwordFile string // of the embedded server; "" for another one
	server       *postgres.Server
}

// connections bounds the loaders that work at the same time.
const connections = 6

// openDatabase starts the embedded server, or uses the one of url, and brings the schema up to date. A fresh embedded
// server is empty.
func openDatabase(ctx context.Context, out *output, state, url string, fresh bool) (*database, error) {
	server, err := postgres.Start(ctx, postgres.Options{URL: url, Dir: filepath.Join(state, "postgres"), Fresh: fresh})
	if err != nil {
		return nil, fmt.Errorf("starting the embedded database: %w", err)
	}
	db := &database{URL: server.URL, server: server}
	if url == "" {
		db.passwordFile = filepath.Join(state, "postgres", "password")
	}
	if _, err := migrate.Run(ctx, server.URL, migrate.Options{Waiting: out.sayWaiting}); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.Pool, err = postgres.OpenPool(ctx, server.URL, connections, postgres.ConnectOptions{Params: load.SessionParams, Writes: true})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := load.EndInterrupted(ctx, db.Pool); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close closes the connections and stops the embedded server.
func (d *database) Close() error {
	if d.Pool != nil {
		d.Pool.Close()
	}
	return d.server.Stop()
}

// objects is the embedded object store.
type objects struct{ *s3disk.Server }

// More are further buckets.
func openObjects(state string, more ...string) (objects, error) {
	server, err := s3disk.Start(filepath.Join(state, "objects"), append([]string{stagingBucket, dataBucket, inboxBucket}, more...)...)
	if err != nil {
		return objects{}, err
	}
	o := objects{server}
	if err := o.expireObjects(time.Now()); err != nil {
		return objects{}, errors.Join(err, o.Close())
	}
	return o, nil
}

func (o objects) openBucket(name string) *object.Store {
	return object.New(o.Client(), name, object.Options{})
}
