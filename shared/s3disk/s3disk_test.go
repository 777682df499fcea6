package s3disk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/s3disk"
)

func open(t *testing.T, dir string) *object.Store {
	t.Helper()
	server, err := s3disk.Start(dir, "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return object.New(server.Client(), "data", object.Options{})
}

func read(t *testing.T, store *object.Store, key string) string {
	t.Helper()
	body, _, err := store.Open(context.Background(), object.Version{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestObjectsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).PutJSON(context.Background(), "a/b.json", 1); err != nil {
		t.Fatal(err)
	}
	if got := read(t, open(t, dir), "a/b.json"); got != "1" {
		t.Errorf("got %q after a restart, want 1", got)
	}
}

func TestMultipartUploadsAndRangesWork(t *testing.T) {
	store, ctx := open(t, t.TempDir()), context.Background()
	content := bytes.Repeat([]byte("0123456789"), 1_300_000) // three parts
	size, err := store.Put(ctx, "big", io.MultiReader(bytes.NewReader(content)))
	if err != nil || size != int64(len(content)) {
		t.Fatalf("put %d bytes, error %v, want %d", size, err, len(content))
	}
	if got := read(t, store, "big"); got != string(content) {
		t.Errorf("the object has %d bytes, want the %d that were put", len(got), len(content))
	}
	part, err := store.OpenRange(ctx, object.Version{Key: "big"}, 12, 17)
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	if got, _ := io.ReadAll(part); string(got) != "23456" {
		t.Errorf("bytes 12 to 17 are %q, want 23456", got)
	}
}

func TestAFailedUploadLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	store, ctx := open(t, dir), context.Background()
	broken := io.MultiReader(strings.NewReader("half"), failing{})
	if _, err := store.Put(ctx, "half.json", broken); err == nil {
		t.Fatal("no error from a body that fails")
	}
	if _, err := store.Head(ctx, "half.json"); !object.IsMissing(err) {
		t.Errorf("half an object is there, error %v", err)
	}
	left, err := os.ReadDir(filepath.Join(dir, ".uploads"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d files left among the uploads, error %v", len(left), err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the source broke") }

func TestReplacedObjectIsNoticed(t *testing.T) {
	store, ctx := open(t, t.TempDir()), context.Background()
	if err := store.PutJSON(ctx, "k", "first"); err != nil {
		t.Fatal(err)
	}
	first, err := store.Head(ctx, "k")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutJSON(ctx, "k", "second!"); err != nil {
		t.Fatal(err)
	}
	_, _, err = store.Open(ctx, first)
	if fault.StatusOf(err) != outcome.Invalid {
		t.Errorf("opening the replaced version gives %v, want an invalid error", err)
	}
}

func TestListPagesInKeyOrder(t *testing.T) {
	store, ctx := open(t, t.TempDir()), context.Background()
	var want []string
	for i := range 1_050 {
		key := fmt.Sprintf("data/%04d/x", i)
		want = append(want, key)
		if err := store.PutJSON(ctx, key, i); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.PutJSON(ctx, "loaded/y", 0); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := store.List(ctx, "data/", func(v object.Version) error { got = append(got, v.Key); return nil }); err != nil {
		t.Fatal(err)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("listed %d keys from %s to %s, want %d", len(got), got[0], got[len(got)-1], len(want))
	}
	if err := store.List(ctx, "nothing/here/", func(object.Version) error { return errors.New("an object") }); err != nil {
		t.Errorf("listing an empty prefix: %v", err)
	}
}

func TestMoveDeletesTheSource(t *testing.T) {
	store, ctx := open(t, t.TempDir()), context.Background()
	if err := store.PutJSON(ctx, "data/é 1/ü.json", "content"); err != nil {
		t.Fatal(err)
	}
	version, err := store.Head(ctx, "data/é 1/ü.json")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing left to do
		if err := store.Move(ctx, version, "loaded/ü.json"); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, store, "loaded/ü.json"); got != `"content"` {
		t.Errorf("moved object holds %s", got)
	}
	if _, err := store.Head(ctx, version.Key); !object.IsMissing(err) {
		t.Errorf("the source is still there, error %v", err)
	}
}

func TestRequestsWithoutTheKeyAreRejected(t *testing.T) {
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	if err := object.New(server.Client(), "data", object.Options{}).PutJSON(t.Context(), "a.json", 1); err != nil {
		t.Fatal(err)
	}
	for _, credential := range []string{"", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.Endpoint+"/data/a.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", credential)
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("credential %q: status %d, want 403", credential, response.StatusCode)
		}
	}
}

func TestReplacedObjectIsNotDeleted(t *testing.T) {
	store, ctx := open(t, t.TempDir()), context.Background()
	if err := store.PutJSON(ctx, "a.json", 1); err != nil {
		t.Fatal(err)
	}
	old, err := store.Head(ctx, "a.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutJSON(ctx, "a.json", 2); err != nil {
		t.Fatal(err)
	}
	if err := store.Delete(ctx, old); err == nil {
		t.Errorf("deleted, though the object was replaced: %+v", old)
	}
	if got := read(t, store, "a.json"); got != "2" {
		t.Errorf("the newer object reads %q, want 2", got)
	}
	for range 2 { // the second time it is gone already
		if err := store.Delete(ctx, object.Version{Key: "a.json"}); err != nil {
			t.Error(err)
		}
	}
}

// A client opens more connections than it needs; Close must not wait for a request on those.
func TestCloseDoesNotWaitForUnusedConnections(t *testing.T) {
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	unused, err := net.Dial("tcp", strings.TrimPrefix(server.Endpoint, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer unused.Close()
	if err := unused.SetReadDeadline(time.Now().Add(3 * time.Second)); err != nil { // the server would close it after five
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	after, err := client.Get(server.Endpoint) // once it is answered, the connection before it has been accepted
	if err != nil {
		t.Fatal(err)
	}
	after.Body.Close()
	closed := make(chan error, 1)
	go func() { closed <- server.Close() }()
	if _, err := unused.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is still open")
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// Whoever deletes the last object of a folder takes the folder along, while others may be about to write to it.
func TestConcurrentWritesAndDeletesWork(t *testing.T) {
	store, ctx := open(t, t.TempDir()), context.Background()
	var group errgroup.Group
	for worker := range 8 {
		group.Go(func() error {
			for n := range 100 {
				key := fmt.Sprintf("data/%d/%d/a.json", worker%2, n%3+worker*10)
				if err := store.PutJSON(ctx, key, n); err != nil {
					return err
				}
				if err := store.Delete(ctx, object.Version{Key: key}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

func TestResponseHasTheReasonOfAFailedWrite(t *testing.T) {
	dir := t.TempDir()
	store := open(t, dir)
	if err := os.RemoveAll(filepath.Join(dir, ".uploads")); err != nil {
		t.Fatal(err)
	}
	if err := store.PutJSON(t.Context(), "a.json", 1); err == nil || !strings.Contains(err.Error(), "no such file or directory") {
		t.Errorf("got %v, want the reason of the file system", err)
	}
}

// What a killed process was writing ends with the next start, and objects end when their time is over.
func TestLeftoversHaveAnEnd(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, ".uploads", "half", "00001")
	if err := os.MkdirAll(filepath.Dir(half), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := s3disk.Start(dir, "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an incomplete upload is left, error %v", err)
	}
	store := object.New(server.Client(), "data", object.Options{})
	for _, key := range []string{"staging/old", "staging/new", "loaded/old"} {
		if err := store.PutJSON(t.Context(), key, 1); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().AddDate(0, 0, -31)
	for _, key := range []string{"staging/old", "loaded/old"} {
		if err := os.Chtimes(filepath.Join(dir, "data", key), past, past); err != nil {
			t.Fatal(err)
		}
	}
	for _, prefix := range []string{"staging/", "nothing/"} {
		if err := server.Expire("data", prefix, time.Now().AddDate(0, 0, -30)); err != nil {
			t.Fatal(err)
		}
	}
	for key, kept := range map[string]bool{"staging/old": false, "staging/new": true, "loaded/old": true} {
		if _, err := store.Head(t.Context(), key); object.IsMissing(err) == kept {
			t.Errorf("%s: kept %t, want %t", key, !kept, kept)
		}
	}
}
