package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"view360/shared/price"
)

func TestCostPrintsABillForEachWay(t *testing.T) {
	code, out, stderr := runProgram(t, "cost", "--accounts", "300", "--regions", "5")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, text := range []string{"300 accounts × 5 regions", "State transitions", "Cost Explorer", "KMS", "Aurora", "pull", "push", "option B", "Total", "as of 20"} {
		if !strings.Contains(out, text) {
			t.Errorf("the output does not say %q:\n%s", text, out)
		}
	}
	if code, out, stderr = runProgram(t, "cost", "--json"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var bills map[price.Way][]price.Component
	if err := json.Unmarshal([]byte(out), &bills); err != nil || price.Total(bills[price.Pull]) <= 0 || len(bills) != 3 {
		t.Errorf("bills %v, error %v", bills, err)
	}
	dir := t.TempDir()
	if code, _, stderr := runProgram(t, "cost", "--templates", dir); code != exitUsage || !strings.Contains(stderr, "run cdk synth first") {
		t.Errorf("without templates: exit code %d, %s", code, stderr)
	}
	for name, template := range map[string]string{
		"View360Analytics.template.json":  `{"Resources":{"Key":{"Type":"AWS::KMS::Key"},"Queue":{"Type":"AWS::Lambda::EventSourceMapping"}}}`,
		"View360Collection.template.json": `{"Resources":{"Alarm":{"Type":"AWS::CloudWatch::Alarm"}}}`,
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(template), 0o600))
	}
	if code, out, stderr := runProgram(t, "cost", "--templates", dir); code != exitOK || !strings.Contains(out, "1 keys") || strings.Contains(out, "option B") {
		t.Errorf("of own templates: exit code %d, %s\n%s", code, stderr, out)
	}
	if code, _, _ := runProgram(t, "cost", "--accounts", "0"); code != exitUsage {
		t.Errorf("exit code %d for no accounts, want %d", code, exitUsage)
	}
}
