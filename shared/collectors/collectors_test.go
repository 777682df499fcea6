package collectors_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/catalog"
	"view360/shared/collectors"
)

func TestCollectorsAreThoseOfTheCatalog(t *testing.T) {
	var words []string
	for _, c := range collectors.All {
		words = append(words, c.Source)
	}
	if diff := cmp.Diff(catalog.Names(), words); diff != "" {
		t.Errorf("run go generate ./shared/collectors (-catalog +here):\n%s", diff)
	}
}
