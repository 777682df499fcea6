package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"view360/shared/pgtest"
)

// A second process on a state folder would mix its objects, executions and inbox with those of the first, and --fresh
// would delete them.
func TestSecondProcessOnAStateFolderIsRefused(t *testing.T) {
	observed(t)
	state, url, dir := t.TempDir(), pgtest.URL(t), t.TempDir()
	unlock, err := lockState(&globals{State: state, command: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(state, "objects", "data", "data", "kept.json")
	if err := os.MkdirAll(filepath.Dir(kept), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := [][]string{
		{"load", "--database-url", url, snapshots(t)},
		{"collect", "--out", dir, "--service", "kms"},
		{"backfill", "--out", dir, "--service", "cost", "--start", "2026-03-01", "--end", "2026-03-01", "--dry-run"},
		{"demo", "--once", "--fresh", "--database-url", url},
	}
	for _, command := range commands {
		code, out, stderr := runProgram(t, append(command, "--state", state)...)
		if code != exitFailed || !strings.Contains(stderr, fmt.Sprintf("process %d (view360 demo, since 2", os.Getpid())) || !strings.Contains(stderr, "--state") {
			t.Errorf("%v: exit code %d\n%s%s", command, code, out, stderr)
		}
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("a refused process deleted an object: %v", err)
	}
	unlock()
	for _, command := range commands[:3] {
		if code, out, stderr := runProgram(t, append(command, "--state", state)...); code == exitFailed {
			t.Errorf("once it is free, %v: exit code %d\n%s%s", command, code, out, stderr)
		}
	}
}
