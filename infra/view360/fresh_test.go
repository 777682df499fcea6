package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"view360/shared/pgtest"
)

func TestFreshSaysWhatItDeletesAndAsks(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		args   []string
		kept   bool
	}{
		"without an answer": {"", nil, true},
		"no":                {"n\n", nil, true},
		"yes":               {"y\n", nil, false},
		"--yes":             {"", []string{"--yes"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			file := filepath.Join(state, "objects", "data", "data", "kept.json")
			must(t, os.MkdirAll(filepath.Dir(file), 0o700))
			must(t, os.WriteFile(file, []byte("{}"), 0o600))
			var out, said bytes.Buffer
			in := testHost(&out, &said)
			in.stdin = strings.NewReader(test.answer)
			// Nothing answers at the address of the database, so that the run ends after the question.
			args := append([]string{"demo", "--once", "--fresh", "--state", state, "--database-url", "postgres://127.0.0.1:1/x?sslmode=x"}, test.args...)
			if code := runCommand(t.Context(), args, in); code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			if want := "--fresh deletes in " + state + ": 1 stored objects."; !strings.Contains(said.String(), want) {
				t.Errorf("it does not say %q:\n%s", want, said.String())
			}
			if _, err := os.Stat(file); (err == nil) != test.kept {
				t.Errorf("the object is kept: %t, want %t\n%s", err == nil, test.kept, said.String())
			}
		})
	}
}

func TestDemonstrationRefusesADatabaseOfOthers(t *testing.T) {
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	_, err := db.Exec(t.Context(), `insert into accounts (account_id, account_name, account_email, account_status, account_arn, joined_method, joined_timestamp)
		values ('111122223333', 'mine', '', '', '', 'CREATED', now())`)
	must(t, err)
	code, out, stderr := runProgram(t, "demo", "--once", "--state", t.TempDir(), "--database-url", url)
	if code != exitFailed || !strings.Contains(stderr, "accounts that are not simulated, such as 111122223333") || !strings.Contains(stderr, "--database-url") {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
}

func TestDemonstrationHasAStateFolderOfItsOwn(t *testing.T) {
	folders := map[string]string{}
	for _, command := range []string{"demo", "load"} {
		g := globals{command: command}
		g.chooseState()
		folders[command] = g.State
	}
	if folders["demo"] == folders["load"] || filepath.Base(folders["load"]) != "view360" {
		t.Errorf("folders %v", folders)
	}
	named := globals{State: "x", command: "demo"}
	if named.chooseState(); named.State != "x" {
		t.Errorf("the named folder became %s", named.State)
	}
}
