package postgres

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A standby is waited for until it is promoted, and a connection that only reads does not wait.
func TestWriterIsWaitedFor(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	primary, err := Start(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	data := readDataFolder(t, primary.URL)
	if err := primary.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "standby.signal"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(data, "standby.signal"), 0o666); err != nil {
		t.Fatal(err)
	}
	standby := start(t, Options{Dir: dir})
	reader, err := Connect(t.Context(), standby.URL, ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close(t.Context())
	pool, err := OpenPool(t.Context(), standby.URL, 1, ConnectOptions{Writes: true})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Acquire(t.Context()); err == nil || !strings.Contains(err.Error(), "the server is read-only") {
		t.Fatalf("connecting to write to a standby: got error %v", err)
	}
	written := make(chan error, 1)
	go func() {
		conn, err := Acquire(t.Context(), pool)
		if err == nil {
			_, err = conn.Exec(t.Context(), "create table written ()")
			conn.Release()
		}
		written <- err
	}()
	if _, err := reader.Exec(t.Context(), "select pg_promote()"); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

func TestReaderIsRefusedToWrite(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: folder(t), Ephemeral: true})
	execute(t, s.URL, "create role dashboards login password 'd'; alter role dashboards set default_transaction_read_only = on")
	began := time.Now()
	_, err := Connect(t.Context(), strings.Replace(s.URL, credentialsOf(t, s.URL), "dashboards:d", 1), ConnectOptions{Writes: true})
	if err == nil || !strings.Contains(err.Error(), "sessions of this user are read-only (SQLSTATE 42501); use a user that may write") {
		t.Errorf("got error %v", err)
	}
	if time.Since(began) > 10*time.Second {
		t.Error("it was tried again")
	}
}

func readDataFolder(t *testing.T, server string) (data string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), "show data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	return data
}

// credentialsOf returns user:password of a URL.
func credentialsOf(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u.User.String()
}
