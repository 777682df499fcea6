// Package test holds what crosses packages: the state machine files, collectors, snapshots, loaders and views together,
// against the simulated AWS on the wire and a real PostgreSQL.
package test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/asl"
	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/collect/account"
	"view360/shared/collect/cost"
	"view360/shared/collect/guardduty"
	"view360/shared/collect/kms"
	"view360/shared/inprocess"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/plan"
	"view360/shared/postgres"
	"view360/shared/s3disk"
	"view360/shared/settle"
	"view360/shared/simaws"
	"view360/shared/snapshot"
	"view360/statemachines"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, nil)))
	if os.Getenv(asLoader) == "" {
		pgtest.RunMain(m)
	}
	if err := runLoader(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pipeline is both machines over one organization, bucket and database.
type pipeline struct {
	testing.TB
	organization *simaws.Organization
	store        *object.Store
	pool         *pgxpool.Pool
	functions    inprocess.Functions
	orchestrator *inprocess.Orchestrator
	collect      *asl.Machine
	load         *asl.Machine
	calls        atomic.Int64
	interrupt    atomic.Pointer[func(call int64)]
}

// DescribeExecution lets settle ask the orchestrator that is made after it.
func (p *pipeline) DescribeExecution(ctx context.Context, in *sfn.DescribeExecutionInput, o ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	return p.orchestrator.DescribeExecution(ctx, in, o...)
}

func newPipeline(t testing.TB) *pipeline {
	t.Helper()
	p := &pipeline{TB: t, organization: simaws.New(simaws.Options{
		Seed: 1, Volume: 0.1, Role: simaws.MemberRole, ExternalID: simaws.ExternalID,
	})}
	aws, err := simaws.Start(t.Context(), p.organization)
	p.must(err)
	disk, err := s3disk.Start(t.TempDir(), "data")
	p.must(err)
	t.Cleanup(func() { _ = disk.Close() })
	p.store = object.New(disk.Client(), "data", object.Options{})
	p.pool, err = postgres.OpenPool(t.Context(), pgtest.URL(t), 6, postgres.ConnectOptions{})
	p.must(err)
	t.Cleanup(p.pool.Close)

	settings := plan.Settings{
		Organization: true, RoleName: simaws.MemberRole, ExternalID: simaws.ExternalID, HomeRegion: "us-east-1",
		Functions: map[string]string{}, Concurrency: 3,
	}
	f := inprocess.Functions{}
	for _, c := range []collect.Collector{account.Collector, cost.Collector, guardduty.Collector, kms.Collector} {
		source, _ := catalog.FindByName(c.SourceName)
		settings.Functions[c.SourceName] = "collect-" + c.SourceName
		inprocess.Add(f, "collect-"+c.SourceName, collect.Handler{Collector: c, Config: aws.Config(""), Actions: source.ActionNames(), Staging: p.store}.Handle)
	}
	inprocess.Add(f, "plan", plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: aws.Config("")}, Staging: p.store}.Handle)
	inprocess.Add(f, "merge", merge.Handler{Staging: p.store, Data: p.store}.Handle)
	inprocess.Add(f, "settle-collect", settle.CollectHandler{Executions: p, Staging: p.store}.Handle)
	inprocess.AddLoad(f, p.pool, func(string) *object.Store { return p.store }, p)
	p.functions = inprocess.Functions{}
	for name, function := range f {
		p.functions[name] = p.makeInterruptible(function)
	}
	p.orchestrator = inprocess.NewOrchestrator(p.functions, p.store, nil)
	p.collect, err = inprocess.ParseMachine("collect", statemachines.Collect, map[string]string{"Plan": "plan", "Merge": "merge", "SettleCollect": "settle-collect"})
	p.must(err)
	p.load, err = inprocess.ParseMachine("load", statemachines.Load, inprocess.LoadPlaceholders)
	p.must(err)
	return p
}

func (p *pipeline) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// makeInterruptible calls the interrupt before every call of a function, with the number of calls so far.
func (p *pipeline) makeInterruptible(f inprocess.Function) inprocess.Function {
	return func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		if interrupt := p.interrupt.Load(); interrupt != nil {
			(*interrupt)(p.calls.Add(1))
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return f(ctx, payload)
	}
}

func (p *pipeline) run(ctx context.Context, m *asl.Machine, name string, input any) *asl.Execution {
	p.Helper()
	x, err := p.orchestrator.Run(ctx, m, name, input)
	p.must(err)
	return x
}

// loadAll runs the load machine for every object under data/, and returns how the executions ended.
func (p *pipeline) loadAll(ctx context.Context, run string) []string {
	p.Helper()
	var keys, ended []string
	p.must(p.store.List(p.Context(), snapshot.DataPrefix, func(v object.Version) error { keys = append(keys, v.Key); return nil }))
	for i, key := range keys {
		s := p.run(ctx, p.load, fmt.Sprintf("%s-%d", run, i), map[string]string{"bucket": "data", "key": key}).Describe()
		ended = append(ended, strings.TrimSpace(string(s.Status)+" "+s.Error))
	}
	return ended
}

func allSucceeded(statuses []string) bool {
	return !slices.ContainsFunc(statuses, func(s string) bool { return s != "SUCCEEDED" })
}

func TestCollectedDataReachesTheViews(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	x := p.run(t.Context(), p.collect, "daily", struct{}{})
	if s := x.Describe(); s.Status != asl.Succeeded {
		t.Fatalf("collect ended with %s: %s", s.Error, s.Cause)
	}
	ended := p.loadAll(t.Context(), "load")
	if len(ended) < 10 || !allSucceeded(ended) {
		t.Fatalf("load ended with %v", ended)
	}
	var accounts, reports, twice int
	p.must(p.pool.QueryRow(t.Context(), "select count(distinct account), (select count(*) from view_acct_cost_rep), (select count(*) from (select account from view_acct_cost_rep group by account, date_from having count(*) > 1) d) from view_accounts").Scan(&accounts, &reports, &twice))
	if accounts != len(p.organization.Accounts()) || reports != accounts*plan.DefaultTrailingDays || twice != 0 {
		t.Errorf("%d accounts with %d cost reports, %d of them more than one: cost belongs to the home region alone", accounts, reports, twice)
	}
	var left, rejects int
	p.must(p.store.List(t.Context(), snapshot.DataPrefix, func(object.Version) error { left++; return nil }))
	p.must(p.pool.QueryRow(t.Context(), "select count(*) from view360.rejects").Scan(&rejects))
	if left != 0 || rejects != 0 {
		t.Errorf("%d objects left under data/ and %d rejected rows, want none", left, rejects)
	}
}

func TestFailureIsNamedPublishedAndRedriven(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	victim := p.organization.Accounts()[1]
	p.organization.Fault(simaws.Fault{Service: "kms", Operation: "ListKeys", Account: victim.ID, Region: victim.Regions[0], Kind: simaws.Denied})
	x := p.run(t.Context(), p.collect, "daily", struct{}{})
	s := x.Describe()
	want := fmt.Sprintf("%s %s kms: denied kms:ListKeys", victim.ID, victim.Regions[0])
	if s.Error != "View360.PartialSnapshot" || !strings.Contains(s.Cause, want) {
		t.Fatalf("ended with %s %s, want View360.PartialSnapshot naming %q", s.Error, s.Cause, want)
	}
	key := ""
	p.must(p.store.List(t.Context(), snapshot.DataPrefix+victim.ID+"/"+victim.Regions[0]+"/", func(v object.Version) error { key = v.Key; return nil }))
	if key == "" {
		t.Fatal("the snapshot with a failed service was not published")
	}

	p.organization.ClearFaults()
	p.organization.ForgetCalls()
	p.must(p.orchestrator.Redrive(t.Context(), x))
	if s := x.Describe(); s.Status != asl.Succeeded || s.RedriveCount != 1 {
		t.Fatalf("redriven, it ended with %s %s", s.Error, s.Cause)
	}
	for _, call := range p.organization.Calls() {
		if call.Service == "guardduty" || call.Service == "kms" && call.Account != victim.ID {
			t.Fatalf("the redrive called %s %s in %s: only what failed runs again", call.Service, call.Operation, call.Account)
		}
	}
	var document struct {
		Security struct{ KMS []any }
		Logs     map[string]any
	}
	p.must(p.store.GetJSON(t.Context(), key, &document))
	if len(document.Security.KMS) == 0 || document.Logs["security_status"] != "Pass" {
		t.Errorf("after the redrive the snapshot has %d keys and says %v", len(document.Security.KMS), document.Logs["security_status"])
	}
}

// The sweep loads what waits: the failed execution, redriven later, finds nothing left to do, and ends well.
func TestRedriveOfWhatWasLoadedMeanwhileSucceeds(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	account := p.organization.Accounts()[0]
	p.run(t.Context(), p.collect, "daily", map[string]any{"accounts": []string{account.ID}, "regions": account.Regions[:1], "services": []string{"kms"}})
	var key string
	p.must(p.store.List(t.Context(), snapshot.DataPrefix, func(v object.Version) error { key = v.Key; return nil }))
	input := map[string]string{"bucket": "data", "key": key}
	execute := func(statement string) {
		_, err := p.pool.Exec(t.Context(), statement)
		p.must(err)
	}
	execute("alter table kms_keys rename to kms_keys_elsewhere")
	partial := p.run(t.Context(), p.load, "arrival", input)
	if s := partial.Describe(); s.Error != settle.PartialLoad {
		t.Fatalf("ended with %s %s, want a partial load", s.Status, s.Error)
	}
	execute("alter table kms_keys_elsewhere rename to kms_keys")
	if s := p.run(t.Context(), p.load, "sweep", input).Describe(); s.Status != asl.Succeeded {
		t.Fatalf("the second load ended with %s: %s", s.Error, s.Cause)
	}
	want := readContents(t, p.pool)
	p.must(p.orchestrator.Redrive(t.Context(), partial))
	if s := partial.Describe(); s.Status != asl.Succeeded {
		t.Fatalf("redriven, it ended with %s: %s", s.Error, s.Cause)
	}
	if diff := cmp.Diff(want, readContents(t, p.pool)); diff != "" {
		t.Errorf("the redrive changed the database (-before +after):\n%s", diff)
	}
}

func TestKilledLoadLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	p.run(t.Context(), p.collect, "daily", map[string]any{"accounts": []string{p.organization.Accounts()[0].ID}})
	var objects []object.Version
	p.must(p.store.List(t.Context(), snapshot.DataPrefix, func(v object.Version) error { objects = append(objects, v); return nil }))

	undisturbed := newPipeline(t)
	copyObjects(t, p, undisturbed, objects)
	if ended := undisturbed.loadAll(t.Context(), "load"); !allSucceeded(ended) {
		t.Fatalf("undisturbed load ended with %v", ended)
	}
	want := readContents(t, undisturbed.pool)

	steps := int64(len(objects) * 10) // index, seven groups, record, settle, archive
	for step := int64(1); step <= steps; step += 3 {
		q := newPipeline(t)
		copyObjects(t, p, q, objects)
		ctx, kill := context.WithCancel(t.Context())
		interrupt := func(call int64) {
			if call == step {
				kill()
			}
		}
		q.interrupt.Store(&interrupt)
		q.loadAll(ctx, "killed")
		q.interrupt.Store(nil)
		if ended := q.loadAll(t.Context(), "again"); !allSucceeded(ended) {
			t.Errorf("killed at step %d and started again, the load ended with %v", step, ended)
		}
		if diff := cmp.Diff(want, readContents(t, q.pool)); diff != "" {
			t.Fatalf("killed at step %d and started again:\n%s", step, diff)
		}
		kill()
	}
}

func copyObjects(t testing.TB, from, to *pipeline, objects []object.Version) {
	t.Helper()
	for _, v := range objects {
		body, _, err := from.store.Open(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.store.Put(t.Context(), v.Key, body); err != nil {
			t.Fatal(err)
		}
		body.Close()
	}
}
