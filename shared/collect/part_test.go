package collect_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

// stagingStore runs handlers of made-up collectors over a staging store that is a folder.
type stagingStore struct {
	t      *testing.T
	folder string
	store  *object.Store
}

func newStagingStore(t *testing.T) stagingStore {
	t.Helper()
	t.Parallel()
	folder := t.TempDir()
	disk, err := s3disk.Start(folder, "staging")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	return stagingStore{t, folder, object.New(disk.Client(), "staging", object.Options{})}
}

var (
	day     = time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)
	request = collect.Input{
		Run: "run-1", Account: "111122223333", Region: "eu-west-1", Interval: snapshot.Daily, Date: "2026-03-11",
		Window: snapshot.WindowOf(snapshot.Daily, day), Now: day.Add(2 * time.Hour),
	}
)

func (s stagingStore) runCollector(read func(ctx context.Context, part *collect.Part) error) (collect.Output, error) {
	return s.runCollectorWith(s.store, read)
}

func (s stagingStore) runCollectorWith(store *object.Store, read func(ctx context.Context, part *collect.Part) error) (collect.Output, error) {
	collector := collect.Collector{SourceName: "kms", Collect: func(ctx context.Context, _ aws.Config, _ collect.Scope, part *collect.Part) error {
		return read(ctx, part)
	}}
	return collect.Handler{Collector: collector, Config: aws.Config{Region: "us-east-1"}, Staging: store}.Handle(s.t.Context(), request)
}

// listFiles returns the staged objects and the pieces of unfinished uploads, without the folders and the failure's outcome.
func (s stagingStore) listFiles() []string {
	s.t.Helper()
	var files []string
	err := filepath.WalkDir(s.folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != "failure.json" {
			files = append(files, strings.TrimPrefix(path, s.folder+"/"))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

type element struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

func TestPartStreamsAMillionElements(t *testing.T) {
	const million = 1_000_000
	s := newStagingStore(t)
	text := strings.Repeat("x", 100)
	var first, most uint64
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	out, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
		for i := range million {
			if err := part.Add("security.kms", element{i, text}); err != nil {
				return err
			}
			switch {
			case i == million/10:
				first = heap()
			case i%(million/10) == 0:
				most = max(most, heap())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if grown := int64(most) - int64(first); grown > 32<<20 {
		t.Errorf("from a tenth to the whole million the heap grew by %d MB", grown>>20)
	}
	t.Logf("heap of %d MB after a tenth, at most %d MB, for %d MB of elements", first>>20, most>>20, out.Bytes>>20)
	if out.Items != million || out.Sections["security.kms"].Items != million {
		t.Errorf("got %d items, %+v", out.Items, out.Sections)
	}
	if n := s.countElements("staging/staging/111122223333/eu-west-1/2026-03-11_DAILY/kms/security.kms.json"); n != million {
		t.Errorf("the staged list has %d elements", n)
	}
}

// countElements returns the number of elements of a staged list.
func (s stagingStore) countElements(name string) int {
	s.t.Helper()
	list, err := os.ReadFile(filepath.Join(s.folder, name))
	if err != nil {
		s.t.Fatal(err)
	}
	if !bytes.HasPrefix(list, []byte(`[{"id":0,`)) || !bytes.HasSuffix(list, []byte(`"}]`)) {
		s.t.Errorf("the list begins with %.20s and ends with %s", list, list[len(list)-20:])
	}
	return bytes.Count(list, []byte(`{"id":`))
}

// A reader must never take half a list for the whole one.
func TestAbortedPartLeavesNoObject(t *testing.T) {
	for name, elements := range map[string]int{"before the first piece is sent": 10, "in the middle of the upload": 300_000} {
		t.Run(name, func(t *testing.T) {
			s := newStagingStore(t)
			_, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
				part.DeclareLists("security.waf")
				for i := range elements {
					if err := part.Add("security.kms", element{i, "some text that takes room in the upload"}); err != nil {
						return err
					}
				}
				return fault.New(outcome.Transient, "the last page did not come")
			})
			if !fault.IsRetryable(err) || err.Error() != "the last page did not come" {
				t.Errorf("got %v", err)
			}
			if left := s.listFiles(); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestRefusingStoreEndsTheCollector(t *testing.T) {
	s := newStagingStore(t)
	disk, err := s3disk.Start(s.folder, "staging")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = disk.Close() }() // the test is over
	added := 0
	_, err = s.runCollectorWith(object.New(disk.Client(), "no-such-bucket", object.Options{}), func(_ context.Context, part *collect.Part) error {
		for ; added < 10_000_000; added++ {
			if err := part.Add("security.kms", element{added, "text"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || added == 10_000_000 {
		t.Errorf("got %v after %d elements", err, added)
	}
	if !strings.Contains(fault.Reason(errors.Unwrap(err)), "NoSuchBucket") {
		t.Errorf("got %v, want the store's own reason", err)
	}
}

func TestPartKeepsSectionsApart(t *testing.T) {
	s := newStagingStore(t)
	out, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
		part.DeclareLists("security.kms", "security.waf")
		for i := range 3 {
			if err := part.Add("security.kms", element{i, "<&>"}); err != nil {
				return err
			}
		}
		if part.CountItems("security.kms") != 3 || part.CountItems("security.waf") != 0 || part.CountItems("never") != 0 {
			t.Error("the part has lost count")
		}
		return part.Set("account", map[string]string{"account_id": "111122223333"})
	})
	if err != nil {
		t.Fatal(err)
	}
	items := map[string]int{}
	for path, section := range out.Sections {
		items[path] = section.Items
	}
	if diff := cmp.Diff(map[string]int{"security.kms": 3, "security.waf": 0, "account": 1}, items); diff != "" || out.Items != 4 {
		t.Errorf("%d items:\n%s", out.Items, diff)
	}
	for section, want := range map[string]string{"security.waf": "[]", "account": `{"account_id":"111122223333"}`} {
		got, err := os.ReadFile(filepath.Join(s.folder, "staging", out.Sections[section].Fragments[0].Key))
		if err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("%s: got %s, %v, want %s", section, got, err, want)
		}
	}
}

func TestComposedSectionHidesItsList(t *testing.T) {
	s := newStagingStore(t)
	out, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
		if err := part.Add("config.list", 1); err != nil {
			return err
		}
		part.Compose("config", 2, []collect.Fragment{{Text: `{"list":`}, {Key: "config.list"}, {Text: "}"}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, shown := out.Sections["config.list"]; shown || out.Sections["config"].Items != 2 {
		t.Errorf("sections %+v", out.Sections)
	}
}

func TestInvalidJSONElementIsRefused(t *testing.T) {
	s := newStagingStore(t)
	_, err := s.runCollector(func(_ context.Context, part *collect.Part) error { return part.Add("security.kms", make(chan int)) })
	if err == nil || fault.IsRetryable(err) || !strings.Contains(err.Error(), "security.kms") {
		t.Errorf("got %v", err)
	}
	if left := s.listFiles(); len(left) != 0 {
		t.Errorf("left behind: %s", fmt.Sprint(left))
	}
}
