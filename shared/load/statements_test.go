package load_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/load"
	"view360/shared/loaders"
)

var update = flag.Bool("update", false, "rewrite testdata/statements")

// TestStatementsAreThoseReviewed compares the statements of each table with testdata/statements.
func TestStatementsAreThoseReviewed(t *testing.T) {
	t.Parallel()
	var known []string
	for _, group := range loaders.Groups {
		for _, table := range group.Tables {
			file := filepath.Join("testdata", "statements", table.Name+".sql")
			known = append(known, file)
			got := load.StatementsText(table, group.ChildrenOf(table))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s, rewrite it with -update:\n%s", file, diff)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join("testdata", "statements", "*"))
	if err != nil || len(files) != len(known) {
		t.Errorf("%d files of %d tables: %v", len(files), len(known), err)
	}
}
