package main

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"view360/shared/asl"
	"view360/shared/collect"
	"view360/shared/collect/account"
	"view360/shared/collect/cost"
	"view360/shared/collect/guardduty"
	"view360/shared/collect/kms"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/plan"
	"view360/shared/postgres"
	"view360/shared/s3disk"
	"view360/shared/sfnapi"
	"view360/shared/simaws"
)

// installation is a pipeline over a simulated organization and, when it loads, a database, behind the Step Functions API.
type installation struct {
	*pipeline
	organization *simaws.Organization
	store        *object.Store
	url          string
}

func install(t *testing.T) *installation {
	t.Helper()
	disk, err := s3disk.Start(t.TempDir(), "data")
	must(t, err)
	t.Cleanup(func() { _ = disk.Close() })
	store := object.New(disk.Client(), "data", object.Options{})
	i := &installation{pipeline: newPipeline(store), store: store, organization: simaws.New(simaws.Options{
		Seed: 1, Volume: 0.1, Role: simaws.MemberRole, ExternalID: simaws.ExternalID,
	})}
	aws, err := simaws.Start(t.Context(), i.organization)
	must(t, err)
	i.Engine().Base = t.Context()
	some := []collect.Collector{account.Collector, cost.Collector, guardduty.Collector, kms.Collector}
	settings := demoSettings()
	settings.Functions = nameFunctions(some)
	must(t, i.addCollect(some, aws.Config(""), settings, store, store))

	server := httptest.NewServer(sfnapi.New(i.Engine(), http.NotFoundHandler()))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// loads adds the load machine.
func (i *installation) loads(t *testing.T) {
	t.Helper()
	pool, err := postgres.OpenPool(t.Context(), pgtest.URL(t), 6, postgres.ConnectOptions{})
	must(t, err)
	t.Cleanup(pool.Close)
	must(t, i.addLoad(pool, func(string) *object.Store { return i.store }))
}

// runProgram runs the program on this installation.
func (i *installation) runProgram(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return runProgram(t, append(args, "--endpoint-url", i.url)...)
}

// newest is the first line of the list of executions.
func (i *installation) newest(t *testing.T) execution {
	t.Helper()
	code, out, stderr := i.runProgram(t, "executions", "--json")
	var list []execution
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != exitOK || len(list) == 0 {
		t.Fatalf("exit code %d, error %v\n%s%s", code, err, out, stderr)
	}
	return list[0]
}

// A service fails in one region; the operator sees where and why, fixes it, and redrives until all is green.
func TestAFailureIsSeenAndRedriven(t *testing.T) {
	i := install(t)
	broken := i.organization.Accounts()[1].ID
	i.organization.Fault(simaws.Fault{Service: "guardduty", Operation: "ListDetectors", Account: broken, Region: "us-east-1", Kind: simaws.Denied})

	code, out, progress := i.runProgram(t, "collect", "--wait")
	if code != exitPartial {
		t.Fatalf("exit code %d, want %d\n%s%s", code, exitPartial, out, progress)
	}
	line := broken + " us-east-1 guardduty: denied guardduty:ListDetectors"
	for _, want := range []string{"Collected ", "Failed\n  guardduty: denied", line, "FAILED", "Run again what failed: " + calledAs + " redrive collect-"} {
		if !strings.Contains(out, want) {
			t.Errorf("the end of the run does not say %q:\n%s", want, out)
		}
	}
	x := i.newest(t)
	if x.Status != "FAILED" || x.Machine != "collect" || len(x.Reasons) != 1 || !strings.HasPrefix(x.Reasons[0], line) {
		t.Errorf("the newest execution is %+v", x)
	}
	if _, list, _ := i.runProgram(t, "executions", "--failed"); !strings.Contains(list, line) || !strings.Contains(list, x.Name) {
		t.Errorf("the list of failed executions is\n%s", list)
	}
	if _, services, _ := i.runProgram(t, "executions", x.Name, "--account", broken); !strings.Contains(services, "guardduty  0      denied") || strings.Contains(services, i.organization.Accounts()[2].ID) {
		t.Errorf("the services of the account are\n%s", services)
	}

	// Nothing is fixed yet. A run that succeeded meanwhile does not hide the one that failed.
	if code, out, _ := i.runProgram(t, "collect", "--account", i.organization.Accounts()[2].ID, "--region", "us-east-1", "--service", "kms", "--wait"); code != exitOK {
		t.Errorf("the narrow run ended with exit code %d\n%s", code, out)
	}
	// Nor does a request that no redrive can repair.
	if _, err := i.Run(t.Context(), i.collectMachine, "invalid", map[string]string{"interval": "HOURLY"}); err != nil {
		t.Fatal(err)
	}
	code, out, progress = i.runProgram(t, "redrive", "--wait")
	if code != exitPartial || !strings.Contains(out, "redriven 1 times") {
		t.Errorf("redriven with the fault: exit code %d\n%s", code, out)
	}
	if !strings.Contains(progress, "redriving "+x.Name+" of ") || !strings.Contains(progress, line) || strings.Contains(progress, "redriving invalid") {
		t.Errorf("the redrive does not say what it starts:\n%s", progress)
	}
	i.organization.ClearFaults()
	i.organization.ForgetCalls()
	code, out, _ = i.runProgram(t, "redrive", x.ARN, "--wait")
	if code != exitOK || strings.Contains(out, "Failed\n") || !strings.Contains(out, "SUCCEEDED, redriven 2 times") {
		t.Errorf("redriven without the fault: exit code %d\n%s", code, out)
	}
	for _, call := range i.organization.Calls() {
		if call.Service == "kms" || call.Service == "ce" || call.Service == "guardduty" && call.Account != broken {
			t.Errorf("the redrive called %s:%s of %s again", call.Service, call.Operation, call.Account)
		}
	}
	if _, out, _ := i.runProgram(t, "executions", x.Name); !strings.Contains(out, "SUCCEEDED, redriven 2 times") || strings.Contains(out, "denied") {
		t.Errorf("redriven, the execution is\n%s", out)
	}
	if code, _, stderr := i.runProgram(t, "redrive", x.Name); code != exitFailed || !strings.Contains(stderr, "cannot be redriven: Execution is SUCCEEDED") {
		t.Errorf("redriving what succeeded: exit code %d, %s", code, stderr)
	}
}

// What failed for one account is repaired without the others.
func TestOneAccountIsRepaired(t *testing.T) {
	i := install(t)
	accounts := i.organization.Accounts()
	for _, n := range []int{1, 2} {
		i.organization.Fault(simaws.Fault{Service: "kms", Operation: "ListKeys", Account: accounts[n].ID, Kind: simaws.Denied})
	}
	i.runProgram(t, "collect", "--service", "kms,guardduty", "--wait")
	x := i.newest(t)
	i.organization.ClearFaults()
	i.organization.ForgetCalls()
	code, out, stderr := i.runProgram(t, "redrive", x.Name, "--account", accounts[1].ID, "--wait")
	if code != exitOK || !strings.Contains(out, "repair-"+accounts[1].ID) {
		t.Fatalf("exit code %d\n%s%s", code, out, stderr)
	}
	for _, call := range i.organization.Calls() {
		if call.Service == "guardduty" || call.Service == "kms" && call.Account != accounts[1].ID {
			t.Errorf("the repair called %s:%s of %s", call.Service, call.Operation, call.Account)
		}
	}
	if code, _, stderr := i.runProgram(t, "redrive", x.Name, "--account", accounts[3].ID); code != exitFailed || !strings.Contains(stderr, "nothing failed for account") {
		t.Errorf("repairing what did not fail: exit code %d, %s", code, stderr)
	}
}

func TestBackfillCollectsEveryMissingDate(t *testing.T) {
	i := install(t)
	id := i.organization.Accounts()[1].ID
	today := time.Now().UTC()
	first, last := today.AddDate(0, 0, -8).Format("2-1-2006"), today.AddDate(0, 0, -3).Format(time.DateOnly)
	code, out, stderr := i.runProgram(t, "backfill", "--start", first, "--end", last, "--account", id, "--dry-run", "--json")
	var planned plan.Estimate
	if err := json.Unmarshal([]byte(out), &planned); err != nil || code != exitOK || planned.Snapshots < 6 {
		t.Fatalf("exit code %d, error %v: %s%s", code, err, out, stderr)
	}
	for _, call := range i.organization.Calls() {
		if call.Service == "ce" {
			t.Fatalf("the dry run called %s, which is paid", call.Operation)
		}
	}
	if code, out, _ := i.runProgram(t, "backfill", "--start", first, "--end", last, "--account", id, "--wait"); code != exitOK || !strings.Contains(out, "SUCCEEDED") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if x := i.newest(t); !strings.HasPrefix(x.Name, "backfill-") || x.Status != "SUCCEEDED" {
		t.Errorf("the newest execution is %+v", x)
	}
	for start, want := range map[string]string{"31-2-2025": "31-2-2025", "2025-10-01": "after end"} {
		code, _, stderr := i.runProgram(t, "backfill", "--start", start, "--end", "10-9-2025", "--dry-run")
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("starting on %s: exit code %d, %s", start, code, stderr)
		}
	}
}

func TestLoadsAreListedWithTheirOutcome(t *testing.T) {
	i := install(t)
	i.loads(t)
	i.runProgram(t, "collect", "--account", i.organization.Accounts()[1].ID, "--wait")
	collected := i.newest(t)
	key := i.firstKey(t)
	if _, err := i.store.Put(t.Context(), "data/111122223333/eu-west-1/2026-03-11_DAILY.json", strings.NewReader("{")); err != nil {
		t.Fatal(err)
	}
	for name, object := range map[string]string{"good": key, "broken": "data/111122223333/eu-west-1/2026-03-11_DAILY.json"} {
		if _, err := i.Run(t.Context(), i.loadMachine, name, map[string]string{"bucket": "data", "key": object}); err != nil {
			t.Fatal(err)
		}
	}
	_, out, _ := i.runProgram(t, "executions", "good")
	if !strings.Contains(out, "Loaded 1 of 1 snapshots") || !strings.Contains(out, "accounts") || !strings.Contains(out, "good SUCCEEDED") {
		t.Errorf("a load is shown as\n%s", out)
	}
	if _, out, _ = i.runProgram(t, "executions", "broken"); !strings.Contains(out, "s3://data/data/111122223333/eu-west-1/2026-03-11_DAILY.json rejected") {
		t.Errorf("a rejected snapshot is shown as\n%s", out)
	}
	_, out, _ = i.runProgram(t, "executions")
	for _, want := range []string{"broken", "good", collected.Name} {
		if !strings.Contains(out, want) {
			t.Errorf("the list lacks %s:\n%s", want, out)
		}
	}
}

// A table group that cannot be loaded is loaded by a redrive, and only that; then the object is archived.
func TestAFailedTableGroupIsRedriven(t *testing.T) {
	i := install(t)
	i.loads(t)
	i.runProgram(t, "collect", "--account", i.organization.Accounts()[1].ID, "--region", "us-east-1", "--service", "kms", "--wait")
	key := i.firstKey(t)
	loadSecurity, loadCost := i.functions["load-security"], i.functions["load-cost"]
	i.functions["load-security"] = func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return nil, &asl.Failure{Name: "TerminalError", Cause: `{"errorMessage":"the database is full","errorType":"TerminalError"}`}
	}
	if _, err := i.Run(t.Context(), i.loadMachine, "full", map[string]string{"bucket": "data", "key": key}); err != nil {
		t.Fatal(err)
	}
	if _, out, _ := i.runProgram(t, "executions", "--failed"); !strings.Contains(out, key+" security: the database is full") {
		t.Errorf("the list does not say what failed:\n%s", out)
	}
	i.functions["load-security"] = loadSecurity
	i.functions["load-cost"] = func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		t.Error("the redrive loads cost again")
		return loadCost(ctx, payload)
	}
	code, out, stderr := i.runProgram(t, "redrive", "--wait") // of the collect execution nothing failed
	if code != exitOK || !strings.Contains(out, "Loaded 1 of 1 snapshots") || !strings.Contains(out, "kms_keys") {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
	if _, out, _ := i.runProgram(t, "redrive"); !strings.Contains(out, "Nothing to redrive") {
		t.Errorf("redriven again:\n%s", out)
	}
	if _, err := i.store.Head(t.Context(), strings.Replace(key, "data/", "loaded/", 1)); err != nil {
		t.Errorf("the object is not archived: %v", err)
	}
}

// firstKey is the first object that waits under data/.
func (i *installation) firstKey(t *testing.T) (first string) {
	t.Helper()
	err := i.store.List(t.Context(), "data/", func(v object.Version) error {
		first = cmp.Or(first, v.Key)
		return nil
	})
	if err != nil || first == "" {
		t.Fatalf("nothing waits under data/, error %v", err)
	}
	return first
}

// An interrupt ends the waiting, not the execution.
func TestInterruptEndsTheWaitOnly(t *testing.T) {
	i := install(t)
	reached, ctx := make(chan struct{}), t.Context()
	i.functions["plan"] = func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
		close(reached)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ctx, interrupt := context.WithCancel(ctx)
	go func() {
		<-reached
		interrupt()
	}()
	code, _, stderr := runUntil(ctx, "collect", "--wait", "--endpoint-url", i.url)
	if code != exitFailed || !strings.Contains(stderr, "What was started goes on") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	x := i.newest(t)
	if x.Status != "RUNNING" {
		t.Errorf("after the interrupt it is %s", x.Status)
	}
	running, _ := i.Engine().Lookup(x.ARN)
	running.Stop("", "")
	<-running.Done()
}
