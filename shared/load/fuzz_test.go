package load_test

import (
	"strings"
	"testing"

	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
)

// FuzzSection checks that every section loads without a database error, that the counts add up, and that the same text
// again changes nothing.
func FuzzSection(f *testing.F) {
	b := newBench(f)
	var tables []load.Table
	for _, group := range loaders.Groups {
		tables = append(tables, group.Tables...)
	}
	b.Load(loadtest.Snapshot{Date: "2026-03-10"}) // the accounts row
	f.Add(byte(0), "[]")
	f.Fuzz(func(t *testing.T, which byte, text string) {
		table := tables[int(which)%len(tables)]
		outer, _, _ := strings.Cut(strings.TrimSuffix(table.Section, "[]"), "[].")
		top, inner, isInner := strings.Cut(outer, ".")
		if isInner {
			text = `{"` + inner + `":` + text + `}`
		}
		f := buildSection(top, text)
		indexed, err := (&loadtest.Bench{TB: t, Pool: b.Pool, Store: b.Store}).TryIndex(f.Key(), f.JSON())
		if err != nil {
			t.Fatal(err)
		}
		if indexed.Status == index.Rejected {
			return // not JSON
		}
		handler := load.Handler{Group: load.Group{Name: "fuzz", Tables: listWithParents(tables, table)}, Pool: b.Pool, Bucket: b.Bucket, FingerprintFrom: 1}
		for _, again := range []bool{false, true} {
			result, err := handler.Handle(t.Context(), load.Input{Index: indexed.Index, Group: "fuzz", Reload: again})
			if err != nil {
				t.Fatal(err)
			}
			for name, c := range result.Tables {
				if c.Read != c.Created+c.Updated+c.Unchanged+c.Rejected || again && c.Created+c.Updated > 0 {
					t.Errorf("%s: %+v, again %t", name, c, again)
				}
			}
		}
	})
}

// listWithParents returns a table after the tables that it needs.
func listWithParents(all []load.Table, table load.Table) []load.Table {
	var needed []load.Table
	for _, other := range all {
		if other.Name == table.Name || table.Parent != nil && other.Name == table.Parent.Table {
			needed = append(needed, other)
		}
	}
	return needed
}
