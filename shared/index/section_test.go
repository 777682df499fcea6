package index_test

import (
	"fmt"
	"strings"
	"testing"

	"view360/shared/catalog"
	"view360/shared/index"
	"view360/shared/object"
	"view360/shared/s3disk"
)

// A section that the index ignores would be collected and merged, but never loaded.
func TestEverySectionOfTheCatalogIsIndexed(t *testing.T) {
	t.Parallel()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	store := object.New(server.Client(), "data", object.Options{})
	var text strings.Builder
	for i, section := range catalog.SnapshotSections() {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		fmt.Fprintf(&text, `%s"%s":%s`, separator, section.Key, emptySection(section.Object, section.Arrays))
	}
	const key = "data/111122223333/eu-west-1/2026-03-11_DAILY.json"
	document := strings.Replace(text.String(), `"account":{}`, `"account":{"account_id":"111122223333"}`, 1) + "}"
	if _, err := store.Put(t.Context(), key, strings.NewReader(document)); err != nil {
		t.Fatal(err)
	}
	out, err := index.Handler{Bucket: func(string) *object.Store { return store }}.Handle(t.Context(), index.Input{Bucket: "data", Key: key})
	if err != nil || out.Status != index.Indexed || len(out.Index.Unknown)+len(out.Index.Problems) > 0 {
		t.Fatalf("%v: %s, unknown %v, problems %v", err, out.Reason, out.Index.Unknown, out.Index.Problems)
	}
	for _, source := range catalog.Sources {
		for _, path := range source.Sections {
			if r, found := out.Index.Sections[path]; !found || r.End <= r.Start {
				t.Errorf("the section %s of %s has no range", path, source.Name)
			}
		}
	}
}

func emptySection(isObject bool, lists []string) string {
	switch {
	case !isObject:
		return "[]"
	case len(lists) == 0:
		return "{}"
	}
	return `{"` + strings.Join(lists, `":[],"`) + `":[]}`
}
