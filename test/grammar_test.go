package test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var regionGrammar = regexp.MustCompile(`\[a-z\]\{2(,\d)?\}[^\n]{0,3}\(?(\?:)?-\[a-z\]\+`)

// A second grammar of regions would sooner or later contradict the one in package snapshot.
func TestRegionGrammarStandsOnce(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != ".." {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "snapshot/region.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil && regionGrammar.Match(text) {
			t.Errorf("%s has its own grammar of regions: use snapshot.RegionPattern", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
