package test

import (
	"fmt"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/load/security"
	"view360/shared/loaders"
	"view360/shared/loadtest"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/postgres"
)

const (
	hostileKey  = "data/111122223333/eu-west-1/2026-03-11_DAILY.json"
	hostileHead = `{"account": {"account_id": "111122223333", "region": "eu-west-1"}, "config": [], "service": [], "cost": {}, "inventory": {}, "marketplace": [],
"trusted_advisor": [], "health": [], "application": [], "resilience_hub": [], "logs": {}, "security": {"kms": `
	hostileTail = `}}`
	// hostileHeap bounds what one file may make the index and the loader hold: a Lambda has 512 MB.
	hostileHeap = 256 << 20
)

// hostile is a file whose list of keys is head, then a text many times, then tail.
type hostile struct {
	name             string
	head, text, tail string
	times            int
	reason           string      // of the rejection; "" when it is loaded
	want             load.Counts // of kms_keys
}

var hostiles = []hostile{
	{"a text of 1 GB", `[{"key_id":"`, "x", `"}]`, 1 << 30, "a text or number before byte", load.Counts{}},
	{"a name of 1 GB", `[{"`, "x", `":1}]`, 1 << 30, "a text or number before byte", load.Counts{}},
	{"a number of 1 GB", `[{"key_id":1`, "0", `}]`, 1 << 30, "a text or number before byte", load.Counts{}},
	{"a text of 15 MB", `[{"key_id":"k","description":"`, "x", `"}]`, 15 << 20, "", load.Counts{Read: 1, Created: 1}},
	{"blanks of 256 MB", `[`, " ", `{"key_id":"k"}]`, 256 << 20, "blanks in a row before byte", load.Counts{}},
	{"a million keys", `[{"key_id":"k"`, `,"unknown":1`, `}]`, 1_000_000, "", load.Counts{Read: 1, Created: 1}},
	{"a million times one key", `[{"key_id":"j"`, `,"key_id":"k"`, `}]`, 1_000_000, "", load.Counts{Read: 1, Created: 1}},
	{"100,000 rows that are none", `[7`, `,[]`, `]`, 100_000, "", load.Counts{Read: 100_001, Rejected: 100_001}},
	{"100,000 times one row", `[{"key_id":"k"}`, `,{"key_id":"k"}`, `]`, 100_000, "", load.Counts{Read: 100_001, Created: 1, Unchanged: 100_000}},
	{"lists nested 10,000 deep", ``, `[`, ``, 10_000, "nested deeper than 64 levels", load.Counts{}},
	{"objects nested a million deep", ``, `{"a":`, ``, 1_000_000, "nested deeper than 64 levels", load.Counts{}},
	{"deep and well formed", `[{"key_id":"k","x":` + strings.Repeat("[", 10_000), "", strings.Repeat("]", 10_000) + "}]", 0, "nested deeper than 64 levels", load.Counts{}},
}

// TestHostileFilesAreLoadedOrRejected loads each file or rejects it with a readable reason, within bounds of memory.
func TestHostileFilesAreLoadedOrRejected(t *testing.T) {
	pool, err := postgres.OpenPool(t.Context(), pgtest.URL(t), 2, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), `insert into accounts (account_id, region, account_name, account_email, account_status, account_arn, joined_method, joined_timestamp)
		values ('111122223333', 'eu-west-1', 'n', 'e', 's', 'a', 'm', now())`); err != nil {
		t.Fatal(err)
	}
	for _, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			g := &generated{write: func(w io.Writer) error {
				for _, part := range []func() error{
					func() error { return writeRepeated(w, hostileHead+h.head, 1) },
					func() error { return writeRepeated(w, h.text, h.times) },
					func() error { return writeRepeated(w, h.tail+hostileTail, 1) },
				} {
					if err := part(); err != nil {
						return err
					}
				}
				return nil
			}}
			if err := g.write(g); err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(g)
			defer server.Close()
			bucket := func(name string) *object.Store {
				return object.New(s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &server.URL, UsePathStyle: true, Retryer: aws.NopRetryer{},
					Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}), name, object.Options{})
			}
			runtime.GC()
			started := time.Now()
			place, err := index.Handler{Bucket: bucket}.Handle(t.Context(), index.Input{Bucket: "data", Key: hostileKey, Keep: true})
			if err != nil {
				t.Fatal(err)
			}
			if h.reason != "" && !strings.Contains(place.Reason, h.reason) || h.reason == "" && place.Status != index.Indexed {
				t.Fatalf("%s: %q, want %q", place.Status, place.Reason, h.reason)
			}
			if h.reason == "" {
				if _, err := pool.Exec(t.Context(), "delete from kms_keys"); err != nil {
					t.Fatal(err)
				}
				place.Index.Version = h.name // each is another object
				loader := load.Handler{Group: security.Group, Pool: pool, Bucket: bucket}
				result, err := loader.Handle(t.Context(), load.Input{Index: place.Index, Group: "security"})
				if err != nil || result.Tables["kms_keys"] != h.want {
					t.Errorf("%+v, error %v, want %+v", result.Tables["kms_keys"], err, h.want)
				}
			}
			if peak := g.peak.Load(); peak > hostileHeap {
				t.Errorf("%d MB on the heap, more than %d", peak>>20, hostileHeap>>20)
			}
			t.Logf("%d MB file, at most %d MB on the heap, %s", g.size>>20, g.peak.Load()>>20, time.Since(started).Round(time.Millisecond))
		})
	}
}

// kinds are values of every JSON kind, and values that no column expects.
var kinds = []any{nil, true, 1e300, "x", []any{}, map[string]any{}, []any{map[string]any{"a": []any{1}}}, "0000-00-00", "\x00", "\U0001F600", strings.Repeat("é", 300)}

// TestValuesOfWrongKindAreAdaptedOrRejected puts every kind of value into every column of every table, one for each
// row.
func TestValuesOfWrongKindAreAdaptedOrRejected(t *testing.T) {
	mostColumns := 0
	for _, table := range loaders.Tables() {
		mostColumns = max(mostColumns, len(table.Columns))
	}
	odd := buildDays()[0]
	odd.Rows = mostColumns * len(kinds)
	odd.Edit = func(table load.Table, n int, row map[string]any) {
		if table.IsParent || table.Name == "inventory_instances" {
			return // the rows below need them
		}
		if column := n / len(kinds); column < len(table.Columns) {
			row[loadtest.Member(table.Columns[column])] = kinds[n%len(kinds)]
		}
	}
	s := newSite(t, odd)
	var tables, values int
	for _, again := range []bool{false, true} {
		for name, c := range s.loadAndCount(odd) {
			if c.Read != c.Created+c.Updated+c.Unchanged+c.Rejected || again && c.Created+c.Updated+c.Deleted > 0 {
				t.Errorf("%s: %+v, again %t", name, c, again)
			}
			tables, values = tables+1, values+int(c.Read)
		}
	}
	t.Logf("%d odd values in %d tables: every row was loaded or rejected, and twice is once", values/2, tables/2)
}

// loadAndCount loads a snapshot, again if it is loaded, and returns what happened to each table.
func (s *site) loadAndCount(snapshot loadtest.Builder) map[string]load.Counts {
	s.Helper()
	s.put(snapshot)
	bucket := func(string) *object.Store { return s.store }
	place, err := index.Handler{Bucket: bucket}.Handle(s.Context(), index.Input{Bucket: "data", Key: snapshot.Key()})
	if err != nil || place.Status != index.Indexed {
		s.Fatalf("indexing: %v %s", err, place.Reason)
	}
	tables := map[string]load.Counts{}
	for _, handler := range loaders.BuildHandlers(load.Handler{Pool: s.pool, Bucket: bucket}) {
		result, err := handler.Handle(s.Context(), load.Input{Index: place.Index, Group: handler.Name})
		if err != nil {
			s.Fatalf("loading group %s: %v", handler.Name, err)
		}
		for name, c := range result.Tables {
			tables[name] = c
		}
	}
	return tables
}

// attack would harm if it were used as a statement, a line of COPY, a format or HTML.
const attack = "'); drop table accounts; -- \\. \\N \t\n $1 %s {{.}} <script>alert(1)</script> \"&'"

// TestHostileTextsAreStoredUnchanged checks every text column.
func TestHostileTextsAreStoredUnchanged(t *testing.T) {
	s := newSite(t)
	evil := buildDays()[0]
	evil.Rows = 1
	evil.Edit = func(table load.Table, _ int, row map[string]any) {
		for _, c := range table.Columns {
			if _, isText := row[loadtest.Member(c)].(string); isText && (c.Type == load.Text || c.Type == load.Varchar(255)) && c.Map == nil && c.Name != "_parent_key" && c.Name != "instance_id" {
				row[loadtest.Member(c)] = attack
			}
		}
	}
	for name, c := range s.loadAndCount(evil) {
		if c.Rejected > 0 || c.Adapted > 0 {
			t.Errorf("%s: %+v, want all rows as they are", name, c)
		}
	}
	for _, table := range loaders.Tables() {
		for _, c := range table.Columns {
			if c.Fixed != nil || c.Map != nil || c.Name == "_parent_key" || c.Name == "instance_id" || c.Type != load.Text && c.Type != load.Varchar(255) {
				continue
			}
			if got := queryTexts(t, s.pool, fmt.Sprintf("select %q from %s limit 1", c.Name, table.Name)); len(got) != 1 || got[0] != attack {
				t.Errorf("%s.%s is %q", table.Name, c.Name, got)
			}
		}
	}
}
