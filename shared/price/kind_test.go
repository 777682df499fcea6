package price

import (
	"strings"
	"testing"
)

// Each type of resource is paid for by time, by use in lines that the bill has, or says why it is free.
func TestKindsSayHowTheyAreCharged(t *testing.T) {
	names := map[string]bool{}
	for _, component := range (Scenario{Accounts: 1, Regions: 1, Measured: Measured{Accounts: 1, Snapshots: 1, Loads: 1}}).Month(Pull) {
		names[component.Name] = true
	}
	for resource, k := range kinds {
		if charged := k.add != nil || k.lines != ""; charged == (k.free != "") {
			t.Errorf("%s is free (%q) and charged, or neither", resource, k.free)
		}
		for line := range strings.SplitSeq(k.lines, ", ") {
			if k.lines != "" && !names[line] {
				t.Errorf("%s is in the line %s, which the bill does not have", resource, line)
			}
		}
	}
}
