package archive_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/archive"
	"view360/shared/object"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

const (
	key      = "data/111122223333/eu-west-1/2026-03-11_DAILY.json"
	archived = "loaded/111122223333/eu-west-1/2026-03-11_DAILY.json"
)

type bucket struct {
	*testing.T
	store *object.Store
}

func newBucket(t *testing.T) bucket {
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return bucket{t, object.New(server.Client(), "data", object.Options{})}
}

// putObject writes an object and returns its index.
func (b bucket) putObject(key, content string) snapshot.Index {
	b.Helper()
	if _, err := b.store.Put(b.Context(), key, strings.NewReader(content)); err != nil {
		b.Fatal(err)
	}
	v, err := b.store.Head(b.Context(), key)
	if err != nil {
		b.Fatal(err)
	}
	return snapshot.Index{Bucket: "data", Key: key, ETag: v.ETag, Version: v.ID, LastModified: time.Date(2026, 3, 12, 4, 5, 6, 0, time.UTC)}
}

func (b bucket) runHandler(in archive.Input) (string, error) {
	h := archive.Handler{Bucket: func(string) *object.Store { return b.store }}
	out, err := h.Handle(b.Context(), in)
	return out.Key, err
}

func (b bucket) listKeys() []string {
	b.Helper()
	var keys []string
	if err := b.store.List(b.Context(), "", func(v object.Version) error { keys = append(keys, v.Key); return nil }); err != nil {
		b.Fatal(err)
	}
	return keys
}

func TestLoadedSnapshotMovesOnce(t *testing.T) {
	b := newBucket(t)
	in := archive.Input{Index: b.putObject(key, "{}")}
	for range 2 { // a retry after the move changes nothing
		if got, err := b.runHandler(in); err != nil || got != archived {
			t.Fatalf("moved to %q with error %v, want %s", got, err, archived)
		}
	}
	if diff := cmp.Diff([]string{archived}, b.listKeys()); diff != "" {
		t.Error(diff)
	}
}

func TestEarlierContentIsKept(t *testing.T) { // L11
	b := newBucket(t)
	b.putObject(archived, "what was loaded before")
	got, err := b.runHandler(archive.Input{Index: b.putObject(key, "{}")})
	if err != nil {
		t.Fatal(err)
	}
	again := "loaded/111122223333/eu-west-1/2026-03-11_DAILY.20260312T040506Z.json"
	if diff := cmp.Diff([]string{again, archived}, b.listKeys()); diff != "" || got != again {
		t.Errorf("moved to %s: %s", got, diff)
	}
}

// A collector may publish a newer snapshot while the old one is being loaded; that one has not been loaded.
func TestReplacedObjectStays(t *testing.T) { // L10
	b := newBucket(t)
	loaded := b.putObject(key, "{}")
	b.putObject(key, `{"newer": true}`)
	if got, err := b.runHandler(archive.Input{Index: loaded}); err == nil {
		t.Errorf("moved to %s, though the object is not the one that was loaded", got)
	}
	if diff := cmp.Diff([]string{key}, b.listKeys()); diff != "" {
		t.Error(diff)
	}
}

func TestSampleAndKeptObjectsStay(t *testing.T) {
	b := newBucket(t)
	for _, in := range []archive.Input{
		{Index: b.putObject(key, "{}"), Keep: true},
		{Index: b.putObject("elsewhere/2026-03-11_DAILY.json", "{}")},
	} {
		if got, err := b.runHandler(in); err != nil || got != in.Index.Key {
			t.Errorf("moved to %q with error %v, want it left at %s", got, err, in.Index.Key)
		}
	}
}
