package loadtest

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/postgres"
	"view360/shared/s3disk"
)

// Bench is a migrated database and a bucket. Its loaders use fingerprints for sections of any size.
type Bench struct {
	testing.TB
	Pool  *pgxpool.Pool
	Store *object.Store
}

// NewBench returns a bench that t closes.
func NewBench(t testing.TB) *Bench {
	t.Helper()
	pool, err := postgres.OpenPool(t.Context(), pgtest.URL(t), 4, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return &Bench{t, pool, object.New(server.Client(), "data", object.Options{})}
}

// Bucket returns the store of the bench.
func (b *Bench) Bucket(string) *object.Store { return b.Store }

// Handlers returns the loaders of all groups, in the order of the load machine.
func (b *Bench) Handlers() []load.Handler {
	return loaders.BuildHandlers(load.Handler{Pool: b.Pool, Bucket: b.Bucket, FingerprintFrom: 1, Logger: slog.New(slog.DiscardHandler)})
}

// Handler returns the loader of the group.
func (b *Bench) Handler(group string) load.Handler {
	b.Helper()
	for _, handler := range b.Handlers() {
		if handler.Name == group {
			return handler
		}
	}
	b.Fatalf("no table group %s", group)
	return load.Handler{}
}

// Load indexes a snapshot, loads it, and returns the counts of each table.
func (b *Bench) Load(s Snapshot) map[string]load.Counts {
	b.Helper()
	return b.LoadText(s.Key(), s.JSON())
}

// LoadText is [Bench.Load] for an object.
func (b *Bench) LoadText(key, text string) map[string]load.Counts {
	b.Helper()
	tables := map[string]load.Counts{}
	for _, out := range b.LoadGroups(key, text, b.Handlers()) {
		maps.Copy(tables, out.Tables)
	}
	return tables
}

// LoadGroups indexes an object, loads it with the handlers, and returns their outputs.
func (b *Bench) LoadGroups(key, text string, handlers []load.Handler) []load.Output {
	b.Helper()
	indexed := b.Index(key, text)
	if indexed.Status != index.Indexed {
		b.Fatalf("%s was rejected: %s", key, indexed.Reason)
	}
	var outputs []load.Output
	for _, handler := range handlers {
		out, err := handler.Handle(b.Context(), load.Input{Index: indexed.Index, Group: handler.Name})
		if err != nil {
			b.Fatalf("loading group %s: %v", handler.Name, err)
		}
		outputs = append(outputs, out)
	}
	return outputs
}

// Index writes an object and indexes it.
func (b *Bench) Index(key, text string) index.Output {
	b.Helper()
	indexed, err := b.TryIndex(key, text)
	if err != nil {
		b.Fatal(err)
	}
	return indexed
}

// TryIndex is [Bench.Index] for a test that expects errors.
func (b *Bench) TryIndex(key, text string) (index.Output, error) {
	if _, err := b.Store.Put(b.Context(), key, strings.NewReader(text)); err != nil {
		return index.Output{}, err
	}
	return index.Handler{Bucket: b.Bucket}.Handle(b.Context(), index.Input{Bucket: "data", Key: key})
}

// Query returns the rows of a query as text, with | between the columns.
func (b *Bench) Query(sql string, arguments ...any) []string {
	b.Helper()
	rows, err := b.Pool.Query(b.Context(), sql, arguments...)
	if err != nil {
		b.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		values, err := row.Values()
		var columns []string
		for _, v := range values {
			columns = append(columns, fmt.Sprint(v))
		}
		return strings.Join(columns, "|"), err
	})
	if err != nil {
		b.Fatal(err)
	}
	return texts
}

// Want checks the rows of a query.
func (b *Bench) Want(sql string, want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, b.Query(sql)); diff != "" {
		b.Errorf("%s\n%s", sql, diff)
	}
}

// Exec runs a statement.
func (b *Bench) Exec(statement string, arguments ...any) {
	b.Helper()
	if _, err := b.Pool.Exec(b.Context(), statement, arguments...); err != nil {
		b.Fatal(err)
	}
}
