package catalog_test

import (
	"strings"
	"testing"

	"view360/shared/catalog"
)

// The names of services in the SDK whose prefix of actions is another.
var prefixes = map[string]string{"Secrets Manager": "secretsmanager"}

// A quota of an operation that nobody calls, or under a wrong name, would limit nothing.
func TestQuotasAreOfActionsThatCollectorsHave(t *testing.T) {
	actions := map[string]bool{}
	for _, source := range catalog.Sources {
		for _, action := range source.ActionNames() {
			actions[action] = true
		}
	}
	seen := map[string]bool{}
	for _, quota := range catalog.Quotas {
		prefix := prefixes[quota.Service]
		if prefix == "" {
			prefix = strings.ToLower(quota.Service)
		}
		for _, operation := range quota.Operations {
			action := prefix + ":" + operation
			if !actions[action] {
				t.Errorf("no source has the action %s", action)
			}
			if seen[action] {
				t.Errorf("%s has two quotas", action)
			}
			seen[action] = true
		}
		if quota.PerSecond <= 0 || quota.Burst < 1 || !strings.HasPrefix(quota.Source, "https://docs.aws.amazon.com/") {
			t.Errorf("%+v", quota)
		}
	}
}
