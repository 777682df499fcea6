package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/simaws"
	"view360/shared/snapshot"
)

// What a run was asked for and did not deliver is never exit code 0, and the summary names it.
func TestWhatIsNotDeliveredIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		fault *simaws.Fault
		spoil func(t *testing.T, dir string)
		args  []string
		code  int
		want  string
	}{
		"the regions are denied": {
			fault: &simaws.Fault{Service: "account", Operation: "ListRegions", Kind: simaws.Denied},
			code:  exitPartial, want: "its regions are not known, and only us-east-1 was collected: allow account:ListRegions",
		},
		"a region is not enabled": {
			args: []string{"--region", "us-east-1", "--region", "ap-southeast-3"},
			code: exitPartial, want: "region ap-southeast-3 is not enabled in any account",
		},
		"no region is enabled": {args: []string{"--region", "ap-southeast-3"}, code: exitFailed, want: "nothing to collect"},
		"the folder cannot be written": {
			spoil: func(t *testing.T, dir string) {
				t.Helper()
				must(t, os.WriteFile(filepath.Join(dir, "data"), nil, 0o600))
			},
			code: exitFailed, want: "not a directory",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, dir := observed(t), t.TempDir()
			if c.fault != nil {
				server.Fault(*c.fault)
			}
			if c.spoil != nil {
				c.spoil(t, dir)
			}
			code, out, stderr := runProgram(t, append([]string{"collect", "--out", dir, "--state", t.TempDir(), "--service", "kms"}, c.args...)...)
			if code != c.code || !strings.Contains(out+stderr, c.want) {
				t.Errorf("exit code %d, want %d, and %q in\n%s%s", code, c.code, c.want, out, stderr)
			}
		})
	}
}

// What a full disk kept from the folder is delivered by the next run.
func TestWhatWasPublishedIsDeliveredByTheNextRun(t *testing.T) {
	regions := len(observed(t).Accounts()[0].Regions)
	dir := t.TempDir()
	blocked := filepath.Join(dir, "data")
	must(t, os.WriteFile(blocked, nil, 0o600))
	args := []string{"collect", "--out", dir, "--state", t.TempDir(), "--service", "kms", "--resume"}
	if code, out, _ := runProgram(t, args...); code != exitFailed {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	must(t, os.Remove(blocked))
	if code, out, stderr := runProgram(t, args...); code != exitOK {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
	if got := exported(t, dir); got != regions {
		t.Errorf("%d snapshots are delivered, want %d", got, regions)
	}
}

// A day that is published for its costs alone leaves what else its file has.
func TestDeliveryNeverReplacesByLess(t *testing.T) {
	observed(t)
	dir := t.TempDir()
	collect := func(args ...string) {
		t.Helper()
		args = append([]string{"collect", "--out", dir, "--state", t.TempDir(), "--region", "us-east-1"}, args...)
		if code, out, stderr := runProgram(t, args...); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s%s", args, code, out, stderr)
		}
	}
	collect("--service", "kms")
	path, before := onlyFile(t, dir)
	collect("--service", "guardduty")
	_, after := onlyFile(t, dir)
	for _, section := range []string{`"kms":`, `"guard_duty":`} {
		if !strings.Contains(after, section) {
			t.Errorf("%s has no %s", path, section)
		}
	}
	var old, now struct {
		Meta     snapshot.Meta
		Security struct{ Kms, GuardDuty json.RawMessage }
	}
	must(t, json.Unmarshal([]byte(before), &old))
	must(t, json.Unmarshal([]byte(after), &now))
	if string(now.Security.Kms) != string(old.Security.Kms) || len(now.Security.Kms) < 10 {
		t.Errorf("the keys are %s, want %s", now.Security.Kms, old.Security.Kms)
	}
	if now.Meta.Services["kms"].Status != old.Meta.Services["kms"].Status || now.Meta.Sections["security.kms"] != old.Meta.Sections["security.kms"] {
		t.Errorf("the services are %v", now.Meta.Services)
	}
}

func onlyFile(t *testing.T, dir string) (path, content string) {
	t.Helper()
	files := readFolder(t, dir)
	if len(files) != 1 {
		t.Fatalf("%d files, want one", len(files))
	}
	for path, content = range files {
	}
	return path, content
}

// readFolder returns the content of the files of a folder, by path.
func readFolder(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(text)
		return err
	}))
	return files
}

// runTimes are what differs between two runs of the same: times, names of runs, and counts of requests.
var runTimes = regexp.MustCompile(`"(?:run|collected_at|date_created|started|duration_ms|calls|throttles|paid_calls)":(?:"[^"]*"|\d+)`)

// parseTimeless returns the members of a snapshot without what differs between two runs. A file that was combined has the
// same members in another order.
func parseTimeless(t *testing.T, text string) (members any) {
	t.Helper()
	must(t, json.Unmarshal([]byte(runTimes.ReplaceAllString(text, `"time":0`)), &members))
	return members
}

var stoppedRuns = flag.Int("stopped-runs", 4, "how many collections of each kind are stopped, up to three times each")

// However often and wherever a collection is stopped, resuming gives the files of one that is not, and what was read is not
// paid for again.
func TestStoppedCollectionResumesToTheSameFiles(t *testing.T) {
	for name, args := range map[string][]string{
		"a day with trailing days": {"collect"},
		"a backfill of days":       {"backfill", "--start", "2026-11-02", "--end", "2026-11-06"},
		"several accounts":         {"collect", "--organization", "--role-name", simaws.MemberRole, "--external-id", simaws.ExternalID, "--region", "us-east-1", "--region", "eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) {
			args = append(args, "--service", "kms,cost")
			server := observe(t, simaws.Options{Role: simaws.MemberRole, ExternalID: simaws.ExternalID})
			whole := t.TempDir()
			if code, out, stderr := runProgram(t, append(args, "--out", whole, "--state", t.TempDir())...); code != exitOK {
				t.Fatalf("undisturbed: exit code %d\n%s%s", code, out, stderr)
			}
			wantFiles, wantPaid, requests := readFolder(t, whole), countCalls(server, "ce"), countCalls(server, "ce")+countCalls(server, "kms")
			random := rand.New(rand.NewPCG(1, 2))
			stopped := 0
			for range *stoppedRuns {
				server.ForgetCalls()
				stops := random.IntN(3) + 1
				dir, attempts := collectWithStops(t, server, random, stops, requests, args)
				for _, attempt := range attempts {
					if strings.HasSuffix(attempt, "exit status 0)") {
						stops--
					}
				}
				stopped += stops
				for path, want := range wantFiles {
					if diff := cmp.Diff(parseTimeless(t, want), parseTimeless(t, readFolder(t, dir)[path])); diff != "" {
						t.Errorf("after %v: %s (-undisturbed +resumed):\n%.2000s", attempts, path, diff)
					}
				}
				// One request of each account, which costs two, may be on its way when the process ends.
				if paid := countCalls(server, "ce"); paid > wantPaid+stops*max(1, wantPaid/2) {
					t.Errorf("after %v: %d paid requests, want %d", attempts, paid, wantPaid)
				}
			}
			if stopped == 0 {
				t.Error("nothing was stopped before its end")
			}
			t.Attr("tried", fmt.Sprintf("%d signals at random moments to collections of %s, each resumed to the end", stopped, name))
		})
	}
}

// signals end the program's process: at once, or after it has put away what it has.
var signals = []os.Signal{syscall.SIGKILL, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM}

// collectWithStops runs the collection in a process of its own, ends that at random moments, and resumes it to the end. A
// moment is at one of the requests, or soon after it, while parts are staged, merged, published or delivered.
func collectWithStops(t *testing.T, server *simaws.Server, random *rand.Rand, stops, most int, args []string) (dir string, attempts []string) {
	t.Helper()
	dir = t.TempDir()
	args = append(args, "--resume", "--json", "--out", dir, "--state", t.TempDir())
	for range stops {
		program := exec.Command(os.Args[0], args...)
		program.Env = append(os.Environ(), asProgram+"=1")
		var requests atomic.Int64
		at, signal := random.Int64N(int64(most))+1, signals[random.IntN(len(signals))]
		later := time.Duration(random.IntN(3)) * 10 * time.Millisecond
		stop := func(simaws.Request) (any, error) {
			if requests.Add(1) == at {
				time.AfterFunc(later, func() { _ = program.Process.Signal(signal) }) // it may have ended
			}
			return nil, simaws.ErrPassOn
		}
		for _, operation := range []string{"kms:ListKeys", "kms:DescribeKey", "kms:GetKeyRotationStatus", "ce:GetCostAndUsage", "ce:GetCostForecast"} {
			service, operation, _ := strings.Cut(operation, ":")
			server.Override(simaws.Answer{Service: service, Operation: operation, Give: stop})
		}
		must(t, program.Start())
		_ = program.Wait() // by a signal, unless it read fewer keys
		attempts = append(attempts, fmt.Sprintf("%s %s after request %d (%s)", signal, later, at, program.ProcessState))
	}
	if code, out, stderr := runProgram(t, args...); code != exitOK {
		t.Fatalf("after %v: exit code %d\n%s%s", attempts, code, out, stderr)
	}
	return dir, attempts
}

func countCalls(server *simaws.Server, service string) (n int) {
	for _, call := range server.Calls() {
		if call.Service == service {
			n++
		}
	}
	return n
}
