package object_test

import (
	"fmt"
	"strings"
	"testing"

	"view360/shared/object"
	"view360/shared/s3disk"
)

// TestListReadsEveryPage: S3 lists 1,000 keys at a time, and a list that breaks off is an error.
func TestListReadsEveryPage(t *testing.T) { // L13
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	store := object.New(server.Client(), "data", object.Options{})
	const many = 1_005
	for n := range many {
		if _, err := store.Put(t.Context(), fmt.Sprintf("data/%04d", n), strings.NewReader("{}")); err != nil {
			t.Fatal(err)
		}
	}
	listed := map[string]bool{}
	visit := func(v object.Version) error { listed[v.Key] = true; return nil }
	if err := store.List(t.Context(), "data/", visit); err != nil || len(listed) != many {
		t.Errorf("listed %d keys, error %v, want %d", len(listed), err, many)
	}
	_ = server.Close()
	if err := store.List(t.Context(), "data/", visit); err == nil {
		t.Error("a bucket that does not answer looks empty")
	}
}
