package record_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/fault"
	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/load/account"
	"view360/shared/load/security"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/pgtest"
	"view360/shared/postgres"
	"view360/shared/record"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	pgtest.RunMain(m)
}

// bench is a database and a bucket.
type bench struct {
	testing.TB
	pool  *pgxpool.Pool
	store *object.Store
}

func newBench(t testing.TB) *bench {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	pool, err := postgres.OpenPool(t.Context(), pgtest.URL(t), 8, postgres.ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return &bench{t, pool, object.New(server.Client(), "data", object.Options{})}
}

func (b *bench) bucket(string) *object.Store { return b.store }

// snapshot loads a file with the given logs section, and with keys when there are any, and returns the index and what
// the loaders returned.
func (b *bench) snapshot(name, logs string, keys ...string) (snapshot.Index, []record.LoaderResult) {
	b.Helper()
	text := fmt.Sprintf(`{"account":{"account_id":"111122223333","region":"eu-west-1"},"config":[],"service":[],"cost":[],"security":{"kms":[%s]},"inventory":[],
		"marketplace":[],"trusted_advisor":[],"health":[],"application":[],"resilience_hub":[],"logs":%s}`, strings.Join(keys, ","), logs)
	key := "data/111122223333/eu-west-1/" + name + ".json"
	if _, err := b.store.Put(b.Context(), key, strings.NewReader(text)); err != nil {
		b.Fatal(err)
	}
	indexed, err := index.Handler{Bucket: b.bucket}.Handle(b.Context(), index.Input{Bucket: "data", Key: key})
	if err != nil || indexed.Status != index.Indexed {
		b.Fatalf("indexing: %v %s", err, indexed.Reason)
	}
	var results []record.LoaderResult
	for _, group := range []load.Group{account.Group, security.Group} {
		h := load.Handler{Group: group, Pool: b.pool, Bucket: b.bucket}
		result, err := h.Handle(b.Context(), load.Input{Index: indexed.Index, Group: h.Name})
		if err != nil {
			b.Fatal(err)
		}
		results = append(results, record.LoaderResult{Output: result})
	}
	return indexed.Index, results
}

func (b *bench) record(in record.Input) load.Output {
	b.Helper()
	result, err := record.Handler{Pool: b.pool, Bucket: b.bucket}.Handle(b.Context(), in)
	if err != nil {
		b.Fatal(err)
	}
	return result
}

func (b *bench) want(sql string, want ...string) {
	b.Helper()
	rows, err := b.pool.Query(b.Context(), sql)
	if err != nil {
		b.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Errorf("%s\n%s", sql, diff)
	}
}

const messages = "select message_type || ': ' || message from log_messages where message_type <> 'LOAD' order by id"

func TestEveryMessageAndStatusIsKept(t *testing.T) { // L30, L33
	b := newBench(t)
	place, results := b.snapshot("2026-03-11_DAILY", `{"config_status":"Fail","cost_status":"Pass","support_tickets_status":"Fail","compute_optimizer_status":"Pass","iam_status":"Pass",
		"message":[{"config":"m1"},{"config":"m2"},"a","b","a",{"cost":{"code":7},"health":null}]}`)
	b.record(record.Input{Index: place, Results: results})
	b.want(messages, "config: m1", "config: m2", "INFO: a", "INFO: b", "INFO: a", `cost: {"code":7}`, "health: ", "iam: Pass", "support_tickets: Fail")
	// What was not said is unknown, not passed.
	b.want("select concat_ws(' ', config_status, cost_status, security_status, date_created at time zone 'utc') from logs", "Fail Pass Unknown 2026-03-11 00:00:00")
}

func TestMessagesOfOtherForms(t *testing.T) {
	for form, want := range map[string][]string{
		`"one text"`: {"INFO: one text"}, `{"kms":"one object"}`: {"kms: one object"}, `null`: nil, `[]`: nil, `""`: nil,
		`["n\u0000ul", "half \ud800"]`: {"INFO: nul", "INFO: half \ufffd"},
	} {
		t.Run(form, func(t *testing.T) {
			b := newBench(t)
			place, results := b.snapshot("2026-03-11_DAILY", `{"message":`+form+`}`)
			b.record(record.Input{Index: place, Results: results})
			b.want(messages, want...)
		})
	}
}

func TestSnapshotHasOneLogRow(t *testing.T) { // L31, L32
	b := newBench(t)
	for _, name := range []string{"2026-03-31_DAILY", "2026-03-31_MONTHLY", "2026-03-31_DAILY"} {
		place, results := b.snapshot(name, `{"message":["m"]}`)
		for range 2 { // the messages stay with their row
			b.record(record.Input{Index: place, Results: results})
		}
	}
	b.want("select (l.date_created at time zone 'utc')::text || ' ' || m.message from logs l join log_messages m on m.log_id = l.id where m.message_type = 'INFO' order by 1",
		"2026-03-31 00:00:00 m", "2026-03-31 00:00:02 m")
}

func TestWhatTheLoadersDidIsRecorded(t *testing.T) {
	b := newBench(t)
	place, results := b.snapshot("2026-03-11_DAILY", `{}`, `{"key_id":"k"}`, `{"key_id":null}`, `7`)
	failed := record.LoaderResult{Output: load.Output{Group: "cost"}, Error: "TerminalError", Cause: `{"errorMessage":"the disk is full"}`}
	place.Problems = []snapshot.Problem{{Section: "service", Reason: "it is a text, not a list"}}
	in := record.Input{Index: place, Results: append(results, failed)}
	counters := `select (message::jsonb -> 'kms_keys')::text from log_messages where message_type = 'LOAD'`
	want := `{"read": 3, "adapted": 0, "created": 1, "deleted": 0, "updated": 0, "rejected": 2, "unchanged": 0}`
	rejected := []string{"REJECTED: table group cost was not loaded: the disk is full", "REJECTED: security.kms[1] key_id: is missing",
		"REJECTED: security.kms[2]: the element is not an object", "REJECTED: service: it is a text, not a list"}
	b.record(in)
	b.want(counters, want)
	b.want(messages, rejected...)

	again := b.record(in)
	if c := again.Tables["log_messages"]; c.Created+c.Deleted > 0 || c.Read != c.Unchanged {
		t.Errorf("recorded again: %+v, want all unchanged", c)
	}
	// Another version of the object with the same content changes nothing, and says so nowhere.
	other, results := b.snapshot("2026-03-11_DAILY", `{} `, `{"key_id":"k"}`, `{"key_id":null}`, `7`)
	other.Problems = place.Problems
	b.record(record.Input{Index: other, Results: append(results, failed)})
	b.want(counters, want)
	b.want(messages, rejected...)
}

func TestRecordingAtOnceDoublesNothing(t *testing.T) {
	b := newBench(t)
	place, results := b.snapshot("2026-03-11_DAILY", `{"message":["a","b"]}`)
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() { b.record(record.Input{Index: place, Results: results}) })
	}
	together.Wait()
	b.want(messages, "INFO: a", "INFO: b")
}

func TestWithoutAnAccountNothingIsRecorded(t *testing.T) {
	b := newBench(t)
	place, results := b.snapshot("2026-03-11_DAILY", `{}`)
	place.Name.Region = "us-east-1"
	_, err := record.Handler{Pool: b.pool, Bucket: b.bucket}.Handle(context.Background(), record.Input{Index: place, Results: results})
	if fault.StatusOf(err) != outcome.Invalid {
		t.Errorf("got %v, want an invalid error", err)
	}
}
