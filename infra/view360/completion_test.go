package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestCompletionOffersWhatCanFollow(t *testing.T) {
	for _, test := range []struct{ words, want string }{
		{"", "demo collect backfill load serve query migrate preflight verify executions redrive cost version completion"},
		{"co", "collect cost completion"},
		{"--on", "--once"}, // of the default command
		{"collect --st", "--state --state-machine-arn"},
		{"collect --service g", "guardduty"},
		{"collect --service = g", "guardduty"},
		{"collect --interval ", "DAILY WEEKLY MONTHLY YEARLY"},
		{"backfill --config-mode ", "delta all"},
		{"backfill --json --dry", "--dry-run"},
		{"collect --out ", ""},
		{"load sna", ""},
	} {
		code, out, stderr := runProgram(t, append([]string{"__complete"}, strings.Split(test.words, " ")...)...)
		if got := strings.Join(strings.Fields(out), " "); code != exitOK || got != test.want {
			t.Errorf("%q: exit code %d, got %q, want %q\n%s", test.words, code, got, test.want, stderr)
		}
	}
}

func TestCompletionScriptsAreValid(t *testing.T) {
	for shell, check := range map[string][]string{"bash": {"-n"}, "zsh": {"-n"}, "fish": {"--no-execute"}} {
		code, script, stderr := runProgram(t, "completion", shell)
		if code != exitOK || !strings.Contains(script, "view360 __complete") {
			t.Errorf("%s: exit code %d\n%s%s", shell, code, script, stderr)
		}
		program, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		syntax := exec.Command(program, slices.Concat(check, []string{"/dev/stdin"})...)
		syntax.Stdin = strings.NewReader(script)
		if out, err := syntax.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", shell, err, out)
		}
	}
}
