package receiver_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"view360/shared/load"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/postgres"
	"view360/shared/receiver"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	pgtest.RunMain(m)
}

// bench is a bucket and a database that several receivers share.
type bench struct {
	testing.TB
	store *object.Store
	url   string
}

func newBench(t testing.TB) *bench {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return &bench{t, object.New(server.Client(), "data", object.Options{}), pgtest.URL(t)}
}

func (b *bench) receiver(now func() time.Time) *receiver.Receiver {
	b.Helper()
	pool, err := postgres.OpenPool(b.Context(), b.url, 5, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	r, err := receiver.New(receiver.Options{Store: b.store, Pool: pool, AtOnce: 2, Now: now})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// key is the place of a snapshot of a day of March.
func key(account string, day int) string {
	return fmt.Sprintf("data/%s/eu-west-1/2026-03-%02d_DAILY.json", account, day)
}

func (b *bench) put(key, body string) {
	b.Helper()
	if _, err := b.store.Put(b.Context(), key, strings.NewReader(body)); err != nil {
		b.Fatal(err)
	}
}

// body is a small snapshot with a KMS key of its own.
func body(account string, day int) string {
	return fmt.Sprintf(`{"account":{"account_id":%q,"account_name":"shop","region":"eu-west-1"},"config":[],"service":[],"cost":[],
		"security":{"kms":[{"key_id":"key-%d"}]},"inventory":[],"marketplace":[],"trusted_advisor":[],"health":[],"application":[],
		"resilience_hub":[],"logs":{"account_status":"Pass"}}`, account, day)
}

func (b *bench) keys(prefix string) (keys []string) {
	b.Helper()
	if err := b.store.List(b.Context(), prefix, func(v object.Version) error { keys = append(keys, v.Key); return nil }); err != nil {
		b.Fatal(err)
	}
	return keys
}

func (b *bench) drain(r *receiver.Receiver, want receiver.Summary) {
	b.Helper()
	got, err := r.Drain(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("drained (-want +got):\n%s", diff)
	}
}

func (b *bench) count(query string) (n int) {
	b.Helper()
	if err := pgtest.Open(b, b.url).QueryRow(b.Context(), query).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

func TestReceiverLoadsEveryWaitingObject(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, account := range []string{"111122223333", "222233334444", "333344445555"} {
		for day := 11; day < 13; day++ {
			b.put(key(account, day), body(account, day))
		}
	}
	b.put("data/notes.json", "{}")
	b.put("data/111122223333/readme.txt", "not even JSON")
	b.drain(b.receiver(nil), receiver.Summary{Loaded: 6, Rejected: 1})
	if got := b.count("select count(*) from kms_keys"); got != 6 {
		t.Errorf("%d keys in the database, want 6", got)
	}
	if diff := cmp.Diff([]string{"data/111122223333/readme.txt"}, b.keys(snapshot.DataPrefix)); diff != "" {
		t.Errorf("left under data/:\n%s", diff)
	}
	if got := len(b.keys(snapshot.LoadedPrefix)); got != 6 {
		t.Errorf("%d objects under loaded/, want 6", got)
	}
	if diff := cmp.Diff([]string{"rejected/notes.json", "rejected/notes.json.reason.json"}, b.keys(snapshot.RejectedPrefix)); diff != "" {
		t.Errorf("under rejected/:\n%s", diff)
	}
}

func TestReceiverKeepsFailedObjectsForTheNextRun(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(key("111122223333", 11), body("111122223333", 11))
	b.put(key("222233334444", 11), body("222233334444", 11))
	conn := pgtest.Open(t, b.url)
	if _, err := conn.Exec(t.Context(), "alter table kms_keys add constraint broken check (key_id <> 'key-11')"); err != nil {
		t.Fatal(err)
	}
	r := b.receiver(nil)
	b.drain(r, receiver.Summary{Failed: 2})
	if got := len(b.keys(snapshot.DataPrefix)); got != 2 {
		t.Fatalf("%d objects left under data/, want both", got)
	}
	if _, err := conn.Exec(t.Context(), "alter table kms_keys drop constraint broken"); err != nil {
		t.Fatal(err)
	}
	b.drain(b.receiver(nil), receiver.Summary{Loaded: 2})
}

func TestReceiverLeavesObjectsThatAreBusy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(key("111122223333", 11), body("111122223333", 11))
	b.put(key("111122223333", 12), body("111122223333", 12))
	other := pgtest.Open(t, b.url)
	lock := "view360 receiver s3://data/" + key("111122223333", 11)
	if _, err := other.Exec(t.Context(), "select pg_advisory_lock(hashtextextended($1, 0))", lock); err != nil {
		t.Fatal(err)
	}
	r := b.receiver(nil)
	b.drain(r, receiver.Summary{Loaded: 1, Busy: 1})
	if err := other.Close(t.Context()); err != nil { // as a process that is killed does
		t.Fatal(err)
	}
	waitForLock(t, b, lock)
	b.drain(r, receiver.Summary{Loaded: 1})
}

// waitForLock returns when the server has noticed that the session with the lock is over.
func waitForLock(t *testing.T, b *bench, lock string) {
	t.Helper()
	conn := pgtest.Open(t, b.url)
	if _, err := conn.Exec(t.Context(), "select pg_advisory_lock(hashtextextended($1, 0)), pg_advisory_unlock(hashtextextended($1, 0))", lock); err != nil {
		t.Fatal(err)
	}
}

func TestReceiversShareTheWork(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const accounts, days = 8, 3
	for i := range accounts {
		account := fmt.Sprintf("%012d", 100000000001+i)
		for day := 1; day <= days; day++ {
			b.put(key(account, day), body(account, day))
		}
	}
	var summaries [2]receiver.Summary
	group, ctx := errgroup.WithContext(t.Context())
	for i := range summaries {
		r := b.receiver(nil)
		group.Go(func() (err error) { summaries[i], err = r.Drain(ctx); return err })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := summaries[0].Loaded + summaries[1].Loaded; got != accounts*days {
		t.Errorf("%+v: %d loads of %d snapshots, want one of each", summaries, got, accounts*days)
	}
	if got := b.count("select count(*) from kms_keys"); got != accounts*days {
		t.Errorf("%d keys in the database, want %d", got, accounts*days)
	}
	if left := b.keys(snapshot.DataPrefix); len(left) > 0 {
		t.Errorf("left under data/: %v", left)
	}
}

func TestReceiverLoadsObjectsThatArrive(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	now := time.Date(2026, 3, 12, 3, 0, 0, 0, time.UTC)
	r := b.receiver(func() time.Time { return now })
	if _, err := pgtest.Open(t, b.url).Exec(t.Context(), "alter table kms_keys add constraint broken check (key_id <> 'key-11')"); err != nil {
		t.Fatal(err)
	}
	b.put(key("111122223333", 11), body("111122223333", 11))
	b.drain(r, receiver.Summary{Failed: 1})
	b.drain(r, receiver.Summary{}) // left alone
	b.put(key("111122223333", 11), body("111122223333", 12))
	b.drain(r, receiver.Summary{Loaded: 1}) // replaced

	b.put(key("111122223333", 11), body("111122223333", 11))
	b.drain(r, receiver.Summary{Failed: 1})
	now = now.Add(time.Hour)
	b.drain(r, receiver.Summary{Failed: 1}) // tried again

	ctx, stop := context.WithCancel(t.Context())
	tick, done := make(chan time.Time), make(chan error)
	go func() { done <- r.Watch(ctx, tick) }()
	tick <- now // taken after the first drain
	b.put(key("222233334444", 12), body("222233334444", 12))
	tick <- now // taken after the second drain, which may have come before the object
	tick <- now // taken after the third
	stop()
	if err := <-done; err != context.Canceled {
		t.Errorf("watching ended with %v", err)
	}
	if got := len(b.keys(key("222233334444", 12))); got != 0 {
		t.Error("an object that arrived while the receiver watched was not loaded")
	}
}

func TestReceiverReportsADatabaseThatRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(key("111122223333", 11), body("111122223333", 11))
	b.url = strings.Replace(b.url, "?", "no-such-database?", 1)
	if _, err := b.receiver(nil).Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "connecting to database") {
		t.Errorf("drained with %v, want what refused", err)
	}
}

func TestPasswordFollowsTheSecret(t *testing.T) {
	t.Parallel()
	answer := `{"SecretString":"{\"username\":\"loader\",\"password\":\"one\"}"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	client := secretsmanager.New(secretsmanager.Options{
		Region: "eu-west-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
	password := receiver.SecretPassword(client, "arn")
	if got, err := password(t.Context(), "", ""); err != nil || got != "one" {
		t.Errorf("password %q, %v", got, err)
	}
	answer = strings.Replace(answer, "one", "two", 1)
	if got, err := password(t.Context(), "", ""); err != nil || got != "two" {
		t.Errorf("after rotation: password %q, %v", got, err)
	}
	answer = `{"SecretString":"two"}`
	if _, err := password(t.Context(), "", ""); err == nil || strings.Contains(err.Error(), "two") {
		t.Errorf("a secret that is no JSON: %v", err)
	}
}
