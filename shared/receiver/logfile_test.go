package receiver_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/receiver"
)

func openLog(t *testing.T, path string) *receiver.LogFile {
	t.Helper()
	log, err := receiver.OpenLogFile(path, 20, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return log
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = strings.ReplaceAll(string(text), "\n", " ")
	}
	return found
}

func TestFullLogIsRotated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "receiver.log")
	if err := os.WriteFile(path, []byte("earlier\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one, two := openLog(t, path), openLog(t, path)
	for i, log := range []*receiver.LogFile{one, two, one, two, one, one, two} {
		if _, err := fmt.Fprintf(log, "line %d\n", i); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"receiver.log": "line 5 line 6 ", "receiver.log.1": "line 3 line 4 ", "receiver.log.2": "line 1 line 2 "}
	if diff := cmp.Diff(want, files(t, dir)); diff != "" {
		t.Errorf("after 7 lines of 2 processes:\n%s", diff)
	}
	if _, err := one.Write([]byte("a line that is longer than the limit\n")); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir)["receiver.log"]; got != "a line that is longer than the limit " {
		t.Errorf("a long line: %q", got)
	}
}

func TestLogIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, filepath.Join(dir, "receiver.log"))
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 50 {
				if _, err := log.Write([]byte("123456789\n")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	for name, text := range files(t, dir) {
		if strings.Trim(strings.ReplaceAll(text, "123456789 ", ""), " ") != "" {
			t.Errorf("%s has broken lines: %q", name, text)
		}
	}
}
