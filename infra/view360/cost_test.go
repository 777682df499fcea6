package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"view360/shared/price"
)

func TestCostPrintsABillForEachWay(t *testing.T) {
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"cost", "--accounts", "300", "--regions", "5"}, &out, &problems); code != exitOK {
		t.Fatalf("exit code %d: %s", code, problems.String())
	}
	for _, text := range []string{"300 accounts × 5 regions", "State transitions", "Cost Explorer", "KMS", "Aurora", "pull", "push", "option B", "Total", "as of 20"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("the output does not say %q:\n%s", text, out.String())
		}
	}
	out.Reset()
	if code := run(t.Context(), []string{"cost", "--json"}, &out, &problems); code != exitOK {
		t.Fatalf("exit code %d: %s", code, problems.String())
	}
	var bills map[price.Way][]price.Component
	if err := json.Unmarshal(out.Bytes(), &bills); err != nil || price.Total(bills[price.Pull]) <= 0 || len(bills) != 3 {
		t.Errorf("bills %v, error %v", bills, err)
	}
	if code := run(t.Context(), []string{"cost", "--accounts", "0"}, &out, &problems); code != exitUsage {
		t.Errorf("exit code %d for no accounts, want %d", code, exitUsage)
	}
}
