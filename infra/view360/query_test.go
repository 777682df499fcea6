package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"view360/shared/pgtest"
)

func TestQueryPrintsEachFormat(t *testing.T) {
	url := pgtest.URL(t)
	const statement = `select 1 as n, 'a, "b"' as t, null::text as u, true as y, '{"k":1}'::jsonb as j, 'NaN'::numeric as f`
	file := filepath.Join(t.TempDir(), "q.sql")
	must(t, os.WriteFile(file, []byte(statement+";\n"), 0o600))
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--output", "csv", statement}, "n,t,u,y,j,f\n1,\"a, \"\"b\"\"\",,t,\"{\"\"k\"\": 1}\",NaN\n"},
		{[]string{"--output", "json", "--file", file}, "[\n{\"n\":1,\"t\":\"a, \\\"b\\\"\",\"u\":null,\"y\":true,\"j\":{\"k\": 1},\"f\":\"NaN\"}\n]\n"},
		{[]string{"--json", "select 1 as n where false"}, "[\n]\n"},
		{[]string{"select 1 as n, 'long' as word"}, "n  word\n1  long\n(1 row)\n"},
		{[]string{"--output", "csv", "select count(*), max(n) from generate_series(1, 100000) n"}, "count,max\n100000,100000\n"},
	} {
		code, out, stderr := runProgram(t, append([]string{"query", "--database-url", url}, test.args...)...)
		if code != exitOK || out != test.want {
			t.Errorf("%v: exit code %d, got %q, want %q\n%s", test.args, code, out, test.want, stderr)
		}
	}
}

func TestQueryListsRelationsAndColumns(t *testing.T) {
	url := pgtest.URL(t)
	for name, want := range map[string]string{
		`\d`:               "Freshness: one row per account, region and source",
		`\d view_kms_keys`: "public.view_kms_keys",
		`\d coverage`:      "IAM action that is missing.",
	} {
		if code, out, stderr := runProgram(t, "query", "--database-url", url, name); code != exitOK || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d, want %q in\n%s%s", name, code, want, out, stderr)
		}
	}
}

// Nothing that a query says can change the database.
func TestQueryChangesNothing(t *testing.T) {
	url := pgtest.URL(t)
	for _, statement := range []string{
		"delete from view360.statuses",
		"commit; delete from view360.statuses",
		"select set_config('transaction_read_only', 'off', true), nextval('accounts_id_seq')",
		"create table t (n int)",
	} {
		if code, out, stderr := runProgram(t, "query", "--database-url", url, statement); code != exitFailed {
			t.Errorf("%s: exit code %d\n%s%s", statement, code, out, stderr)
		}
	}
	var left int
	must(t, pgtest.Open(t, url).QueryRow(t.Context(), "select count(*) from view360.statuses").Scan(&left))
	if left == 0 {
		t.Error("the rows are gone")
	}
}

func TestQueryErrorsNameTheNextStep(t *testing.T) {
	url, state := pgtest.URL(t), t.TempDir()
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--database-url", url, "select nosuch from view_kms_keys"}, exitFailed, `query "\d"`},
		{[]string{"select 1"}, exitFailed, "nothing is stored in " + state},
		{[]string{}, exitUsage, "give one statement, or --file FILE"},
	} {
		code, out, stderr := runProgram(t, append([]string{"query", "--state", state}, test.args...)...)
		if code != test.code || out != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit code %d, want %d, and %q in\n%s%s", test.args, code, test.code, test.want, out, stderr)
		}
	}
}

// The embedded database runs only while it is read.
func TestQueryStartsTheStoredDatabase(t *testing.T) {
	state := t.TempDir()
	db, err := openDatabase(t.Context(), &output{}, state, "", false)
	must(t, err)
	must(t, db.Close())
	for range 2 {
		code, out, stderr := runProgram(t, "query", "--state", state, "--output", "csv", "select count(*) from view_kms_keys")
		if code != exitOK || out != "count\n0\n" {
			t.Errorf("exit code %d\n%s%s", code, out, stderr)
		}
	}
	unlock, err := lockState(&globals{State: state, command: "demo"})
	must(t, err)
	defer unlock()
	if code, _, stderr := runProgram(t, "query", "--state", state, "select 1"); code != exitFailed || !strings.Contains(stderr, "(view360 demo, since") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// A database that does not answer is named while the program waits, without the password.
func TestWaitingIsSaid(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	for _, command := range [][]string{{"query", "select 1"}, {"migrate"}} {
		ctx, cancel := context.WithCancel(t.Context())
		said := &watcher{sign: "Waiting for the database at " + silent.Addr().String() + ": no answer yet\n", seen: cancel}
		args := append(command, "--database-url", "postgres://somebody:hidden@"+silent.Addr().String()+"/core")
		runCommand(ctx, args, host{stdout: said, stderr: said, setLogger: func(*slog.Logger) {}})
		if ctx.Err() == nil || strings.Contains(said.text.String(), "hidden") {
			t.Errorf("%s: printed %q", command[0], &said.text)
		}
		cancel()
	}
}

// watcher keeps what is written, and calls seen once a sign is in it. What is written to it is written by one goroutine at a
// time.
type watcher struct {
	text strings.Builder
	sign string
	seen func()
}

func (w *watcher) Write(p []byte) (int, error) {
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.sign) {
		w.seen()
	}
	return len(p), nil
}
