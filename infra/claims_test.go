package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The table of proofs in the README names tests that exist.
func TestClaimsNameTestsThatExist(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Proved how\n")
	section, _, _ = strings.Cut(section, "\n## ")
	found, err := exec.CommandContext(t.Context(), "git", "-C", "..", "grep", "-hoE", `^func Test\w+`, "--", "*_test.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	tests := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(section, -1)
	for _, test := range tests {
		if !strings.Contains(string(found), "func "+test[1]+"\n") {
			t.Errorf("no test %s", test[1])
		}
	}
	for _, row := range strings.Split(section, "\n|")[3:] {
		if !strings.Contains(row, "`Test") && !strings.Contains(row, "only on a real account") {
			t.Errorf("a claim without proof: %s", row)
		}
	}
	if len(tests) < 20 {
		t.Errorf("%d tests, want those of the table", len(tests))
	}
}
