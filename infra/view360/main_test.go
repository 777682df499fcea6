package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"view360/shared/load"
	"view360/shared/pgtest"
	"view360/shared/summary"
)

// asProgram is the variable that makes the test binary the program, for tests that kill it.
const asProgram = "VIEW360_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	slog.SetDefault(slog.New(contextLog{slog.NewJSONHandler(io.Discard, nil)}))
	pgtest.RunMain(m)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// runProgram runs the program as a user does, and returns its exit code and what it printed.
func runProgram(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return runUntil(t.Context(), args...)
}

// runUntil runs the program until ctx ends, which is an interrupt.
func runUntil(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = runCommand(ctx, args, testHost(&out, &err))
	return code, out.String(), err.String()
}

// testHost keeps the process's logger, because other tests log too. It polls often, so that tests do not wait.
func testHost(stdout, stderr io.Writer) host {
	return host{poll: 5 * time.Millisecond, stdin: strings.NewReader(""), stdout: stdout, stderr: stderr, setLogger: func(*slog.Logger) {}}
}

// contextLog writes each record to the log of the test whose context it was logged with, if that test has one.
type contextLog struct{ slog.Handler }

type contextLogKey struct{}

func withLog(ctx context.Context, log io.Writer) context.Context {
	return context.WithValue(ctx, contextLogKey{}, slog.NewJSONHandler(log, nil))
}

func (c contextLog) Handle(ctx context.Context, record slog.Record) error {
	if log, ok := ctx.Value(contextLogKey{}).(slog.Handler); ok {
		return log.Handle(ctx, record)
	}
	return nil
}

func TestDemonstrationCollectsLoadsAndReports(t *testing.T) {
	url, state := pgtest.URL(t), t.TempDir()
	code, out, progress := runProgram(t, "--once", "--fresh", "--state", state, "--database-url", url)
	if code != exitOK {
		t.Fatalf("exit code %d\n%s\n%s", code, out, progress)
	}
	for _, want := range []string{"Collected 12 snapshots", "Not applicable", "Loaded 22 of 22 snapshots", "inventory_applications", "psql '" + hidePassword(url), "view_acct_summary"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
	if !strings.Contains(progress, "collecting 5 accounts") || !strings.Contains(progress, "loaded s3://data/") {
		t.Errorf("no progress in\n%s", progress)
	}

	// A day's second run finds what it has loaded.
	code, out, _ = runProgram(t, "--once", "--state", state, "--database-url", url, "--json")
	if code != exitOK {
		t.Fatalf("second run: exit code %d\n%s", code, out)
	}
	_, second, _ := strings.Cut(strings.TrimSpace(out), "\n")
	var loaded summary.LoadRun
	if err := json.Unmarshal([]byte(second), &loaded); err != nil {
		t.Fatalf("the second line is not a load summary: %v\n%s", err, second)
	}
	if loaded.Totals.Read == 0 || loaded.Totals.Rejected != 0 || loaded.Totals.Created > loaded.Totals.Read/10 {
		t.Errorf("second run: %+v", loaded.Totals)
	}
}

// oldSnapshot is a snapshot as the Python version wrote it, with one row that does not fit.
const oldSnapshot = `{"account":{"account_id":"111122223333","account_name":"shop","region":"eu-west-1"},"config":[],"service":[],"cost":[],
"security":{"kms":[{"key_id":"a"},{"key_id":null}]},"inventory":[],"marketplace":{"a":1},"trusted_advisor":[],"health":[],"application":[],"resilience_hub":[],
"logs":{"account_status":"Pass","message":[{"config":"m1"},{"config":"m2"}]},"extra":1}`

func snapshots(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"data/111122223333/eu-west-1/2026-03-11_DAILY.json": oldSnapshot,
		"data/111122223333/2026-03-12_DAILY.json":           strings.Replace(oldSnapshot, `{"key_id":null}`, `{"key_id":"b"}`, 1),
		"data/111122223333/eu-west-1/2026-03-13_DAILY.json": oldSnapshot[:100],
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadReportsSnapshotsAsJSON(t *testing.T) {
	url, state, dir := pgtest.URL(t), t.TempDir(), snapshots(t)
	code, out, _ := runProgram(t, "load", "--json", "--state", state, "--database-url", url, dir)
	if code != exitPartial {
		t.Fatalf("exit code %d, want %d for a rejected file\n%s", code, exitPartial, out)
	}
	var result struct {
		Snapshots []struct {
			Key, Status, Reason string
			Tables              map[string]load.Counts
			NotLoaded           []string `json:"not_loaded"`
			Rejects             []string
		}
		Totals map[string]int64
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(result.Snapshots) != 3 {
		t.Fatalf("%d snapshots", len(result.Snapshots))
	}
	first, last := result.Snapshots[0], result.Snapshots[2]
	if c := first.Tables["kms_keys"]; first.Status != "partial" || c != (load.Counts{Read: 2, Created: 1, Rejected: 1}) || len(first.Rejects) != 1 {
		t.Errorf("first snapshot %+v", first)
	}
	if len(first.NotLoaded) != 2 || !strings.HasPrefix(first.NotLoaded[0], "marketplace") || !strings.HasPrefix(first.NotLoaded[1], "extra") {
		t.Errorf("not loaded: %v, want the section of the wrong kind and the unknown one", first.NotLoaded)
	}
	if last.Status != "rejected" || !strings.Contains(last.Reason, "byte 100") {
		t.Errorf("the truncated file: %+v", last)
	}
	for _, key := range []string{"read", "created", "updated", "unchanged", "adapted", "rejected", "deleted"} {
		if _, there := result.Totals[key]; !there {
			t.Errorf("totals lack %s: %v", key, result.Totals)
		}
	}
	for _, name := range []string{"data/111122223333/eu-west-1/2026-03-11_DAILY.json", "data/111122223333/eu-west-1/2026-03-13_DAILY.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("a load without --archive moved a file: %v", err)
		}
	}

	_, out, _ = runProgram(t, "load", "--json", "--state", state, "--database-url", url, dir)
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatal(err)
	}
	if result.Totals["created"] != 0 || result.Totals["updated"] != 0 || result.Totals["deleted"] != 0 {
		t.Errorf("the second load changed something: %v", result.Totals)
	}
}

func TestLoadReadsSnapshotsFromArchives(t *testing.T) {
	dir := snapshots(t)
	if code, out, _ := runProgram(t, "load", "--archive", "--state", t.TempDir(), "--database-url", pgtest.URL(t), dir); code != exitPartial {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	for _, name := range []string{
		"loaded/111122223333/2026-03-12_DAILY.json",
		"rejected/111122223333/eu-west-1/2026-03-13_DAILY.json", "rejected/111122223333/eu-west-1/2026-03-13_DAILY.json.reason.json",
	} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestArchiveKeepsAnEarlierSnapshot(t *testing.T) {
	dir := snapshots(t)
	earlier := filepath.Join(dir, "loaded", "111122223333", "2026-03-12_DAILY.json")
	if err := os.MkdirAll(filepath.Dir(earlier), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(earlier, []byte("earlier"), 0o600); err != nil {
		t.Fatal(err)
	}
	runProgram(t, "load", "--archive", "--state", t.TempDir(), "--database-url", pgtest.URL(t), dir)
	files, err := filepath.Glob(filepath.Join(filepath.Dir(earlier), "2026-03-12_DAILY*.json"))
	if err != nil || len(files) != 2 {
		t.Fatalf("archived are %v with error %v, want the earlier snapshot and the new one", files, err)
	}
	if text, err := os.ReadFile(earlier); err != nil || string(text) != "earlier" {
		t.Errorf("the earlier snapshot reads %q, error %v", text, err)
	}
}

func TestSecondMigrationChangesNothing(t *testing.T) {
	url := pgtest.EmptyURL(t)
	for _, want := range []string{"Applied", "up to date"} {
		if code, out, stderr := runProgram(t, "migrate", "--database-url", url); code != exitOK || !strings.Contains(out, want) {
			t.Errorf("exit code %d, output %q %q, want it to say %q", code, out, stderr, want)
		}
	}
}

func TestMigrationIsReportedAsJSON(t *testing.T) {
	var result migration
	code, out, stderr := runProgram(t, "migrate", "--json", "--dry-run", "--database-url", pgtest.EmptyURL(t))
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != exitOK || !result.DryRun || len(result.Migrations) == 0 {
		t.Errorf("exit code %d, error %v, output %s%s", code, err, out, stderr)
	}
}

func TestHintsNameTheProgramAsItWasCalled(t *testing.T) {
	for executable, want := range map[string]string{
		"view360":                         "view360",
		"./bin/view360":                   "./bin/view360",
		"/tmp/go-build1/b001/exe/view360": "go run ./infra/view360",
		"/cache/ab/" + strings.Repeat("0a", 32) + "-d/view360": "go run ./infra/view360",
	} {
		if got := findCalledAs(executable); got != want {
			t.Errorf("%s: got %s, want %s", executable, got, want)
		}
	}
}

func TestVersionDescribesTheBuild(t *testing.T) {
	info := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-03-11T00:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	var text strings.Builder
	if err := buildVersion(info).Print(&text); err != nil || !strings.HasPrefix(text.String(), "view360 v1.2.3, commit abc of 2026-03-11T00:00:00Z, with changes, go") {
		t.Errorf("got %s, error %v", text.String(), err)
	}
	var v version
	code, out, stderr := runProgram(t, "version", "--json")
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != exitOK || v.OS != runtime.GOOS || v.Arch != runtime.GOARCH || v.Go != runtime.Version() {
		t.Errorf("exit code %d, error %v, got %s%s", code, err, out, stderr)
	}
}

func TestUsageErrorsNameTheMistake(t *testing.T) {
	state := t.TempDir()
	deployment := install(t)
	tests := []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--help"}, exitOK, "Exit codes: 0 done"},
		{[]string{"load", "--help"}, exitOK, "s3://bucket/prefix"},
		{[]string{"backfill", "--help"}, exitOK, "--dry-run"},
		{[]string{"collect", "--help"}, exitOK, "(default: us-east-1)"},
		{[]string{"nosuch"}, exitUsage, "Try: " + calledAs + " --help"},
		{[]string{"backfill"}, exitUsage, "--start"},
		{[]string{"collect", "--out", "x", "--config-mode", "full"}, exitUsage, "config-mode"},
		{[]string{"collect", "--role-name", "x"}, exitUsage, "--role-name needs --out=DIR"},
		{[]string{"collect", "--out", "x", "--wait"}, exitUsage, "--wait is for a deployment"},
		{[]string{"load", "/no/such/place", "--state", state}, exitFailed, "no such file"},
		{[]string{"migrate", "--database-url", "postgres://u:pa55word@127.0.0.1:1/x?connect_timeout=1&sslmode=x"}, exitFailed, "sslmode"},
		{[]string{"executions", "--endpoint-url", deployment.url}, exitOK, "No executions yet"},
		{[]string{"executions", "--json", "--endpoint-url", deployment.url}, exitOK, "[]"},
		{[]string{"executions", "none", "--endpoint-url", deployment.url}, exitFailed, "there is no execution none"},
		{[]string{"redrive", "none", "--endpoint-url", deployment.url}, exitFailed, "there is no execution none"},
		{[]string{"collect", "--account", "12", "--wait", "--endpoint-url", deployment.url}, exitUsage, `account "12" is not 12 digits`},
		{[]string{"collect", "--region", "eu-wst-1", "--endpoint-url", deployment.url}, exitUsage, `region "eu-wst-1" does not exist: do you mean eu-west-1?`},
		{[]string{"collect", "--out", "x", "--region", "eu-nowhere-1"}, exitUsage, `region "eu-nowhere-1" does not exist: do you mean`},
		{[]string{"collect", "--service", "gardduty", "--endpoint-url", deployment.url}, exitUsage, `service "gardduty" is unknown: use one of`},
		{[]string{"collect", "--date", "2999-01-01", "--endpoint-url", deployment.url}, exitUsage, "is after today"},
		{[]string{"collect", "--interval", "HOURLY", "--endpoint-url", deployment.url}, exitUsage, "HOURLY"},
		{[]string{"backfill", "--start", "2026-02-30", "--endpoint-url", deployment.url}, exitUsage, `"2026-02-30" is not a date`},
		{[]string{"collect", "--out", "x", "--exclude-account", "12"}, exitUsage, `account "12" is not 12 digits`},
		{[]string{"collect", "--out", "x", "--organization"}, exitUsage, "--organization needs --role-name=NAME"},
	}
	for _, test := range tests {
		code, out, stderr := runProgram(t, test.args...)
		if code != test.code || !strings.Contains(out+stderr, test.want) {
			t.Errorf("%v: exit code %d, want %d, and output with %q:\n%s%s", test.args, code, test.code, test.want, out, stderr)
		}
		if strings.Contains(out+stderr, "pa55word") {
			t.Errorf("%v prints a password", test.args)
		}
	}
}
