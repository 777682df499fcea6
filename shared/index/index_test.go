package index_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"view360/shared/index"
	"view360/shared/object"
	"view360/shared/s3disk"
)

const key = "data/111122223333/eu-west-1/2026-03-11_DAILY.json"

// buildDocument returns a snapshot with some of its text replaced.
func buildDocument(replace ...string) string {
	text := `{"account": {"account_id": "111122223333", "region": "eu-west-1"}, "config": [], "service": [], "cost": {}, "security": {"kms": [{"key_id": "\u00e9"}]},
"inventory": [], "marketplace": [], "trusted_advisor": [], "health": [], "application": [], "resilience_hub": [], "logs": {}}`
	return strings.NewReplacer(replace...).Replace(text)
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(m)
}

func openStore(t testing.TB) *object.Store {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return object.New(server.Client(), "data", object.Options{})
}

func indexText(t testing.TB, store *object.Store, key, text string, keep bool) index.Output {
	t.Helper()
	if _, err := store.Put(t.Context(), key, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	handler := index.Handler{Bucket: func(string) *object.Store { return store }, MaxBytes: 10 << 20}
	result, err := handler.Handle(t.Context(), index.Input{Bucket: "data", Key: key, Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestInvalidSnapshotIsRejected(t *testing.T) {
	tests := []struct{ name, key, text, want string }{
		{"empty", key, "", "it is empty"},                // L12
		{"a list", key, "[]", "it is not a JSON object"}, // L12
		{"truncated in a text", key, buildDocument()[:60], "byte 60"},
		{"truncated at the end", key, strings.TrimSuffix(buildDocument(), "}"), "it is not valid JSON at byte"}, // L12
		{"text after the end", key, buildDocument() + "{}", "something follows the end"},
		{"gzip", key, "\x1f\x8b\x08", "it is compressed with gzip"},
		{"ZIP", key, "PK\x03\x04", "it is a ZIP archive"},
		{"UTF-16", key, "\xff\xfe{\x00", "it is UTF-16"},
		{"UTF-16, big-endian", key, "\xfe\xff\x00{", "it is UTF-16"},
		{"UTF-16 without a mark", key, "{\x00}\x00", "it is not valid JSON at byte 1"},
		{"a byte order mark", key, "\xef\xbb\xbf" + buildDocument(), "it begins with a byte order mark"},
		{"zero bytes", key, strings.Repeat("\x00", 1000), "it begins with zero bytes"},
		{"a NUL in a text", key, buildDocument("eu-west-1", "eu\x00west"), "it is not valid JSON at byte"},
		{"invalid UTF-8", key, buildDocument(`\u00e9`, "\xff"), "it is not UTF-8 at byte"},
		{"far too deep", key, buildDocument(`"cost": {}`, `"cost": `+strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000)), "nested deeper than 64 levels"},
		{"too deep", key, buildDocument(`"cost": {}`, `"cost": `+strings.Repeat("[", 100)+strings.Repeat("]", 100)), "nested deeper than 64 levels"},
		{"a missing section", key, buildDocument(`"health": [], `, ""), "the section health is missing"}, // L08
		{"a duplicate section", key, buildDocument(`"cost": {}`, `"cost": {}, "cost": {}`), "section cost exists twice"},
		{"another account", key, buildDocument("111122223333", "444455556666"), "it belongs to account 444455556666, its key to account 111122223333"}, // L03
		{"an invalid account id", key, buildDocument("111122223333", "12"), `account.account_id "12" is not 12 digits`},
		{"no account id", key, buildDocument(`"account_id": "111122223333", `, ""), "account.account_id is missing"},
		{"another region", key, buildDocument("eu-west-1", "us-east-1"), "account.region is us-east-1, the key has eu-west-1"},
		{"an invalid name", "data/111122223333/notes.json", buildDocument(), "is not data/{12-digit account}"},
		{"an invalid date", "data/111122223333/eu-west-1/2026-13-11_DAILY.json", buildDocument(), "2026-13-11 is not a date"},
		{"too large", key, buildDocument(`"cost": {}`, `"cost": {"x": "`+strings.Repeat("x", 11<<20)+`"}`), "more than the 10485760 that are loaded"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := openStore(t)
			result := indexText(t, store, test.key, test.text, false)
			if result.Status != index.Rejected || !strings.Contains(result.Reason, test.want) {
				t.Fatalf("%s: %q, want a rejection with %q", result.Status, result.Reason, test.want)
			}
			rejected := "rejected/" + strings.TrimPrefix(test.key, "data/")
			var reason index.RejectionFile
			if err := store.GetJSON(t.Context(), rejected+".reason.json", &reason); err != nil {
				t.Fatal(err)
			}
			if reason.Key != test.key || reason.Reason != result.Reason || reason.ToDo == "" || time.Since(reason.At) > time.Hour {
				t.Errorf("reason file %+v", reason)
			}
			if moved, err := store.Head(t.Context(), rejected); err != nil || moved.Size != int64(len(test.text)) {
				t.Errorf("the object under rejected/ has %d bytes, error %v", moved.Size, err)
			}
			if _, err := store.Head(t.Context(), test.key); !object.IsMissing(err) {
				t.Errorf("the object is still under data/, error %v", err)
			}
		})
	}
}

func TestTruncatedSnapshotIsRejected(t *testing.T) {
	store, text := openStore(t), buildDocument()
	for n := range len(text) - 1 {
		result := indexText(t, store, key, text[:n], true)
		if result.Status != index.Rejected || result.Reason == "" {
			t.Errorf("the first %d bytes are %s: %q", n, result.Status, result.Reason)
		}
	}
}

func TestHostileKeyIsRejectedUnderItsName(t *testing.T) {
	for _, key := range []string{
		"data/../loaded/111122223333/eu-west-1/2026-03-11_DAILY.json", "data/111122223333/../2026-03-11_DAILY.json", "data/%2e%2e/x.json",
		"data/111122223333%2Feu-west-1%2F2026-03-11_DAILY.json", "data/111122223333/eu-west-1/2026-03-11_DAILY.json/x", "data/１１１１２２２２３３３３/eu-west-1/2026-03-11_DAILY.json",
		"data/111122223333/eu-west-1/2026-03-11_DAILY.json\n", "data/é ü+&?#.json", "data/111122223333/'; drop table accounts; --/2026-03-11_DAILY.json", "data/" + strings.Repeat("x", 200) + ".json",
	} {
		t.Run(key, func(t *testing.T) {
			store := openStore(t)
			_, err := store.Put(t.Context(), key, strings.NewReader(buildDocument()))
			if strings.Contains(key, "/../") { // a folder's own check; in a bucket it is a key like any other
				if err == nil {
					t.Error("the folder took a key that leads out of it")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			handler := index.Handler{Bucket: func(string) *object.Store { return store }}
			result, err := handler.Handle(t.Context(), index.Input{Bucket: "data", Key: key})
			if err != nil || result.Status != index.Rejected || !strings.Contains(result.Reason, "is not data/{12-digit account}") {
				t.Errorf("%s %q, error %v", result.Status, result.Reason, err)
			}
			var keys []string
			if err := store.List(t.Context(), "", func(v object.Version) error { keys = append(keys, v.Key); return nil }); err != nil {
				t.Fatal(err)
			}
			rejected := "rejected/" + strings.TrimPrefix(key, "data/")
			if len(keys) != 2 || keys[0] != rejected || keys[1] != rejected+".reason.json" {
				t.Errorf("the keys are %q", keys)
			}
		})
	}
}

func TestKeepLeavesTheObject(t *testing.T) {
	store := openStore(t)
	if result := indexText(t, store, key, "[]", true); result.Status != index.Rejected || !result.Keep {
		t.Errorf("result %+v", result)
	}
	if _, err := store.Head(t.Context(), key); err != nil {
		t.Error(err)
	}
}

func TestRangesCoverTheValues(t *testing.T) {
	pretty, err := json.MarshalIndent(json.RawMessage(buildDocument()), "", "    ")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"compact": buildDocument(), "pretty-printed": string(pretty)} {
		t.Run(name, func(t *testing.T) {
			store := openStore(t)
			result := indexText(t, store, key, text, false)
			if result.Status != index.Indexed {
				t.Fatal(result.Reason)
			}
			for path, want := range map[string]string{"security.kms": `[{"key_id":"é"}]`, "account": `{"account_id":"111122223333","region":"eu-west-1"}`} {
				r := result.Index.Sections[path]
				body, err := store.OpenRange(t.Context(), object.Version{Key: key}, r.Start, r.End)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(body)
				if err != nil {
					t.Fatal(err)
				}
				var value any
				if err := json.Unmarshal(got, &value); err != nil {
					t.Fatalf("%s is %q: %v", path, got, err)
				}
				if compact, _ := json.Marshal(value); string(compact) != want {
					t.Errorf("%s is %s, want %s", path, compact, want)
				}
			}
		})
	}
}

func TestSectionsOfTheWrongKindAreReported(t *testing.T) {
	store := openStore(t)
	result := indexText(t, store, key, buildDocument(`"service": []`, `"service": {"a": 1}`, `"config": []`, `"config": [1, 2, 3, 4]`, `"logs": {}`, `"logs": {}, "extra": 1, "iam": []`), false)
	if result.Status != index.Indexed || len(result.Index.Problems) != 2 || !slices.Equal(result.Index.Unknown, []string{"extra"}) {
		t.Errorf("status %s, problems %v, unknown %v", result.Status, result.Index.Problems, result.Index.Unknown)
	}
	if kms := result.Index.Sections["security.kms"]; kms.IsEmpty() {
		t.Error("the other sections are not indexed")
	}
}

func TestKeyWithoutRegionUsesTheAccountSection(t *testing.T) {
	result := indexText(t, openStore(t), "data/111122223333/2026-03-11_DAILY.json", buildDocument(), false)
	if result.Index.Name.Region != "eu-west-1" {
		t.Errorf("region %q, want that of the account section", result.Index.Name.Region)
	}
}

func TestMetaSetsTimeAndCompleteness(t *testing.T) {
	meta := `{"meta": {"collected_at": "2026-03-11T01:02:03Z", "sections": {"security.kms": {"complete": true, "collected_at": "2026-03-11T01:00:00Z"}}}, `
	result := indexText(t, openStore(t), key, meta+strings.TrimPrefix(buildDocument(), "{"), false)
	kms, health := result.Index.Sections["security.kms"], result.Index.Sections["health"]
	if !kms.Complete || !kms.ObservedAt.Equal(time.Date(2026, 3, 11, 1, 0, 0, 0, time.UTC)) || health.Complete {
		t.Errorf("kms %+v, health %+v", kms, health)
	}
	if !result.Index.CollectedAt.Equal(time.Date(2026, 3, 11, 1, 2, 3, 0, time.UTC)) {
		t.Errorf("collected at %s", result.Index.CollectedAt)
	}
	old := indexText(t, openStore(t), key, buildDocument(), false).Index
	if !old.CollectedAt.Equal(time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)) || old.Sections["security.kms"].Complete {
		t.Errorf("without meta: collected at %s, kms %+v", old.CollectedAt, old.Sections["security.kms"])
	}
}

func TestEventOfANewObjectIsIndexed(t *testing.T) {
	store := openStore(t)
	if _, err := store.Put(t.Context(), key, strings.NewReader(buildDocument())); err != nil {
		t.Fatal(err)
	}
	var request index.Input
	event := `{"version":"0","detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"data"},"object":{"key":"` + key + `","size":9,"etag":"abc"}}}`
	if err := json.Unmarshal([]byte(event), &request); err != nil {
		t.Fatal(err)
	}
	result, err := index.Handler{Bucket: func(string) *object.Store { return store }}.Handle(t.Context(), request)
	if err != nil || result.Status != index.Indexed || result.Index.Key != key {
		t.Errorf("result %+v, error %v", result, err)
	}
}
