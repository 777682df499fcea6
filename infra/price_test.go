package main

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/price"
)

var update = flag.Bool("update", false, "rewrite the resources of the cost model")

// The cost model knows every type of resource, and prices what the templates create.
func TestCostModelCountsTheTemplates(t *testing.T) {
	counted := map[price.Way]price.Resources{}
	for example, way := range map[string]price.Way{"organization-pull": price.Pull, "organization-push": price.Push, "instance": price.OptionB} {
		var r price.Resources
		for stack, template := range scenarios[example]() {
			found := countResources(t, example, template.text)
			switch {
			case stack == "CollectionStackSet": // the same once more
			case way == price.Push && stack == "Collection":
				r.Account.Add(found)
			default:
				r.Hub.Add(found)
			}
		}
		counted[way] = r
	}
	for _, example := range []string{"single-account", "imported-network", "adoption"} {
		for _, template := range scenarios[example]() {
			countResources(t, example, template.text)
		}
	}
	if got := counted[price.Push].Account.AlarmMetrics; got > 1 {
		t.Errorf("an account that pushes pays for %v alarm metrics, want one at most", got)
	}
	if *update {
		text, err := json.MarshalIndent(counted, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("../shared/price/resources.json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := price.ReadResources()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, counted); diff != "" {
		t.Errorf("run this test with -update (-file +templates):\n%s", diff)
	}
}

func countResources(t *testing.T, example string, template []byte) price.Fixed {
	t.Helper()
	found, err := price.CountResources(template)
	if err != nil {
		t.Errorf("%s: %v", example, err)
	}
	return found
}
