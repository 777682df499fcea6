package collectors_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/catalog"
	"view360/shared/collectors"
)

func TestCollectorsAreThoseOfTheCatalog(t *testing.T) {
	var words []string
	for _, c := range collectors.All {
		words = append(words, c.SourceName)
	}
	if diff := cmp.Diff(catalog.Names(), words); diff != "" {
		t.Errorf("run go generate ./shared/collectors (-catalog +here):\n%s", diff)
	}
}

func TestEveryCollectorRunsTheSuite(t *testing.T) {
	for _, name := range catalog.Names() {
		file := filepath.Join("..", "collect", name, name+"_test.go")
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), "collecttest.Run(t, "+name+".Collector, ") {
			t.Errorf("%s does not call collecttest.Run: %v", file, err)
		}
	}
}
