// Package pgtest runs a real PostgreSQL for tests.
//
// The tests of one binary share one server. The first test starts it, and it stops with the process, even if the process
// is killed. Every test gets its own database, copied from one that was migrated once.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"view360/shared/migrate"
	"view360/shared/postgres"
)

// startPatience bounds the start of the server, which may have to be downloaded.
const startPatience = 5 * time.Minute

// template is the migrated database that other databases are copied from.
const template = "migrated"

// startServer starts the server of this test binary, which stops with the process.
var startServer = sync.OnceValues(func() (*postgres.Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	dir, err := os.MkdirTemp("", "view360-pgtest-")
	if err != nil {
		return nil, fmt.Errorf("creating a folder for the database: %w", err)
	}
	return postgres.Start(ctx, postgres.Options{Dir: dir, Ephemeral: true})
})

// createTemplate creates the template database.
var createTemplate = sync.OnceValue(func() error {
	s, err := startServer()
	if err != nil {
		return err
	}
	ctx := context.Background()
	if err := runStatement(ctx, s.URL, "create database "+template); err != nil {
		return err
	}
	_, err = migrate.Run(ctx, databaseURL(s.URL, template), migrate.Options{})
	return err
})

var databases atomic.Int64

// URL returns the connection string of a new database with all tables and views, which is dropped after the test.
func URL(t testing.TB) string {
	t.Helper()
	if err := createTemplate(); err != nil {
		t.Fatalf("preparing the test database: %v", err)
	}
	return createDatabase(t, "template "+template)
}

// EmptyURL returns the connection string of a new empty database, which is dropped after the test.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return createDatabase(t, "")
}

// Conn returns a connection to a new database with all tables and views, closed and dropped after the test.
func Conn(t testing.TB) *pgx.Conn {
	t.Helper()
	return Open(t, URL(t))
}

// Open returns a connection to the database of url, closed after the test.
func Open(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := postgres.Connect(context.Background(), url, postgres.ConnectOptions{})
	if err != nil {
		t.Fatalf("connecting to the test database: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func createDatabase(t testing.TB, options string) string {
	t.Helper()
	s, err := startServer()
	if err != nil {
		t.Fatalf("starting PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	ctx := context.Background()
	if err := runStatement(ctx, s.URL, "create database "+name+" "+options); err != nil {
		t.Fatalf("creating a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := runStatement(ctx, s.URL, "drop database "+name+" with (force)"); err != nil {
			t.Errorf("dropping the test database: %v", err)
		}
	})
	return databaseURL(s.URL, name)
}

func runStatement(ctx context.Context, url, statement string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("running %q: %w", statement, err)
	}
	return nil
}

// databaseURL returns the URL server with another database name.
func databaseURL(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err) // made by package postgres
	}
	u.Path = name
	return u.String()
}
