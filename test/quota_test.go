package test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/arrival"
	"view360/shared/asl"
	"view360/shared/catalog"
	"view360/shared/inprocess"
	"view360/shared/loaders"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/plan"
	"view360/shared/s3disk"
	"view360/statemachines"
)

// The sizes of the quota tests. The full ones are
//
//	go test ./test -run LambdaQuota -v -quota.accounts 1000 -quota.arrivals 2100
var (
	quotaAccounts = flag.Int("quota.accounts", 1, "accounts of the largest organization to collect")
	quotaArrivals = flag.Int("quota.arrivals", 100, "snapshots that arrive within seven minutes")
)

// lambdaQuota is the quota of concurrent executions of the deployment's account, all of it unreserved.
type lambdaQuota int

func (q lambdaQuota) ReadUnreserved(context.Context) (int, error) { return int(q), nil }

// durations are those of collectors with much to read, and of the machines' other functions; other collectors take
// usualDuration. On average a collector takes five seconds, as in the cost model. The clock of these tests is not the real
// one.
var durations = map[string]time.Duration{
	"config": 10 * time.Second, "configinventory": 12 * time.Second, "inventory": 15 * time.Second, "securityhub": 10 * time.Second, "inspector": 8 * time.Second,
	"waf": 5 * time.Second, "kms": 4 * time.Second, "cost": 5 * time.Second, "rispsavings": 5 * time.Second, "merge": 2 * time.Second, "settle": time.Second,
}

const usualDuration = 1500 * time.Millisecond

// addStub adds a function that takes its time and returns result.
func addStub(functions inprocess.Functions, name string, took time.Duration, result func(json.RawMessage) any) {
	functions[name] = func(_ context.Context, payload json.RawMessage) (json.RawMessage, error) {
		time.Sleep(took)
		return json.Marshal(result(payload))
	}
}

// planFor returns the plan of an organization in an account with a quota, and its list.
func planFor(t *testing.T, quota, accounts, regions int) (plan.Plan, []byte) {
	t.Helper()
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	store := object.New(disk.Client(), "data", object.Options{})
	settings := plan.Settings{Organization: true, RoleName: "View360", HomeRegion: "eu-region-0", Concurrency: 20, Functions: map[string]string{}}
	for _, name := range catalog.Names() {
		settings.Functions[name] = "collect-" + name
	}
	handler := plan.Handler{Settings: settings, Directory: large{accounts, regions}, Quota: lambdaQuota(quota), Staging: store}
	planned, err := handler.Handle(t.Context(), plan.Input{Request: json.RawMessage("{}"), Run: "run", Started: time.Date(2026, 3, 11, 1, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := store.Open(t.Context(), object.Version{Key: planned.Key})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	list, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return planned, list
}

func TestRunFitsTheLambdaQuota(t *testing.T) {
	for _, size := range []struct{ accounts, regions int }{{1, 17}, {300, 17}, {1000, 5}} {
		for _, quota := range []int{10, 100, 1000} {
			if size.accounts > *quotaAccounts {
				continue
			}
			t.Run(fmt.Sprintf("%d accounts, %d regions, quota %d", size.accounts, size.regions, quota), func(t *testing.T) {
				planned, list := planFor(t, quota, size.accounts, size.regions)
				synctest.Test(t, func(t *testing.T) { runWithQuota(t, quota, planned, list) })
			})
		}
	}
}

// runWithQuota runs the collect machine with stub functions, of which Lambda runs quota at once.
func runWithQuota(t *testing.T, quota int, planned plan.Plan, list []byte) {
	functions := stubCollect(t, planned)
	var throttled atomic.Int64
	functions.Functions = functions.LimitConcurrency(quota, &throttled)
	started := time.Now()
	if d := functions.run(t, list).Describe(); d.Status != asl.Succeeded || functions.failed.Load() > 0 {
		t.Errorf("ended with %s %s %s, %d services failed", d.Status, d.Error, d.Cause, functions.failed.Load())
	}
	t.Logf("%d snapshots in %s, %d calls throttled, %d accounts at once", functions.snapshots.Load(), time.Since(started).Round(time.Second), throttled.Load(), planned.Concurrency)
}

// collectStubs are stub functions of the collect machine.
type collectStubs struct {
	inprocess.Functions
	failed, snapshots atomic.Int64
}

func stubCollect(t *testing.T, planned plan.Plan) *collectStubs {
	s := &collectStubs{Functions: inprocess.Functions{}}
	addStub(s.Functions, "plan", 10*time.Second, func(json.RawMessage) any { return planned })
	for _, name := range catalog.Names() {
		took := durations[name]
		if took == 0 {
			took = usualDuration
		}
		addStub(s.Functions, "collect-"+name, took, func(json.RawMessage) any { return outcome.Outcome{SourceName: name, Status: outcome.Passed} })
	}
	addStub(s.Functions, "merge", durations["merge"], func(payload json.RawMessage) any {
		var in merge.Input
		if err := json.Unmarshal(payload, &in); err != nil {
			t.Error(err)
		}
		s.snapshots.Add(1)
		for _, r := range in.Results {
			if r.Error != "" {
				s.failed.Add(1)
			}
		}
		return merge.Output{}
	})
	addStub(s.Functions, "settle-collect", durations["settle"], func(json.RawMessage) any {
		return map[string]any{"again": false, "redrives": 0, "published": s.snapshots.Load(), "plan": planned}
	})
	return s
}

// run runs the collect machine with a list of plan entries.
func (s *collectStubs) run(t *testing.T, list []byte) *asl.Execution {
	machine, err := inprocess.ParseMachine("collect", statemachines.Collect, map[string]string{"Plan": "plan", "Merge": "merge", "SettleCollect": "settle-collect"})
	if err != nil {
		t.Fatal(err)
	}
	orchestrator := inprocess.NewOrchestrator(s.Functions, nil, nil)
	orchestrator.Engine().OpenItems = func(context.Context, string, string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(list)), nil
	}
	orchestrator.Engine().WriteResult = func(_ context.Context, _, _ string, body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	}
	x, err := orchestrator.Run(t.Context(), machine, "quota", struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The snapshots of an organization arrive within seven minutes: each waits in the queue until the quota and the database
// take it, and none is loaded in part.
func TestArrivalsFitTheLambdaQuota(t *testing.T) {
	for _, quota := range []int{10, 100, 1000} {
		t.Run(fmt.Sprintf("quota %d", quota), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { loadWithQuota(t, quota, *quotaArrivals) })
		})
	}
}

func loadWithQuota(t *testing.T, quota, arrivals int) {
	functions := inprocess.Functions{}
	addStub(functions, "index", time.Second, func(json.RawMessage) any {
		return map[string]any{"status": "ok", "index": map[string]string{"key": "k"}, "keep": false, "reload": false}
	})
	names := map[string]string{"Index": "index", "Record": "record", "SettleLoad": "settle", "Archive": "archive"}
	for _, group := range loaders.Groups {
		names[loaders.Placeholder(group)] = "load-" + group.Name
		addStub(functions, "load-"+group.Name, 4*time.Second, func(json.RawMessage) any { return map[string]any{} })
	}
	for _, name := range []string{"record", "archive"} {
		addStub(functions, name, time.Second, func(json.RawMessage) any { return map[string]any{} })
	}
	addStub(functions, "settle", time.Second, func(json.RawMessage) any { return map[string]any{"again": false, "redrives": 0, "results": []any{}} })
	machine, err := inprocess.ParseMachine("load", statemachines.Load, names)
	if err != nil {
		t.Fatal(err)
	}
	var throttled atomic.Int64
	orchestrator := inprocess.NewOrchestrator(functions.LimitConcurrency(quota, &throttled), nil, nil)
	orchestrator.Engine().Base = t.Context()
	limit, err := arrival.SizeLimit(t.Context(), lambdaQuota(quota), 10)
	if err != nil {
		t.Fatal(err)
	}
	queue := make(chan events.SQSEvent, arrivals)
	started := time.Now()
	go func() {
		defer close(queue)
		for i := range arrivals {
			time.Sleep(7 * time.Minute / time.Duration(arrivals))
			queue <- events.SQSEvent{Records: []events.SQSMessage{{MessageId: fmt.Sprint(i), Body: `{"bucket":"data","key":"k"}`}}}
		}
	}()
	done := make(chan struct{})
	for range 2 { // as many as Lambda runs for the queue
		handler := &arrival.Handler{Machine: "load", Executions: &localExecutions{orchestrator.Engine(), machine}, Limit: limit}
		go func() {
			for event := range queue {
				if _, err := handler.Handle(t.Context(), event); err != nil {
					t.Error(err)
				}
			}
			done <- struct{}{}
		}()
	}
	<-done
	<-done
	ends := map[asl.Status]int{}
	for _, x := range orchestrator.Engine().List() {
		<-x.Done()
		d := x.Describe()
		if ends[d.Status]++; d.Status != asl.Succeeded && ends[d.Status] == 1 {
			t.Errorf("%s ended with %s: %s", x.Name, d.Error, d.Cause)
		}
	}
	if !maps.Equal(ends, map[asl.Status]int{asl.Succeeded: arrivals}) {
		t.Errorf("loads ended %v, want %d succeeded", ends, arrivals)
	}
	t.Logf("%d snapshots in %s, %d at once, %d calls throttled", arrivals, time.Since(started).Round(time.Second), limit, throttled.Load())
}

// localExecutions is Step Functions over an engine, without the wire.
type localExecutions struct {
	engine  *asl.Engine
	machine *asl.Machine
}

func (l *localExecutions) StartExecution(ctx context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	x, err := l.engine.Start(ctx, l.machine, *in.Name, json.RawMessage(*in.Input))
	if err != nil {
		return nil, err
	}
	return &sfn.StartExecutionOutput{ExecutionArn: &x.ARN}, nil
}

func (l *localExecutions) ListExecutions(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	out := &sfn.ListExecutionsOutput{}
	for _, x := range l.engine.List() {
		if x.Describe().Status == asl.Running {
			out.Executions = append(out.Executions, types.ExecutionListItem{ExecutionArn: aws.String(x.ARN)})
		}
	}
	return out, nil
}

// A function that crashes, runs out of memory or out of time once is called again, each under the name that Lambda gives it.
func TestFunctionsThatLambdaEndsAreCalledAgain(t *testing.T) {
	for _, end := range []inprocess.LambdaError{inprocess.ErrThrottled, inprocess.ErrExited, inprocess.ErrOutOfMemory, {Name: "Sandbox.Timedout"}} {
		t.Run(end.Name, func(t *testing.T) {
			planned, list := planFor(t, 1000, 1, 2)
			synctest.Test(t, func(t *testing.T) {
				var ended atomic.Int64
				functions := stubCollect(t, planned)
				collectKMS := functions.Functions["collect-kms"]
				functions.Functions["collect-kms"] = func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
					switch first := ended.Add(1) == 1; {
					case first && end.Message == "":
						time.Sleep(time.Hour)
					case first:
						return nil, end
					}
					return collectKMS(ctx, payload)
				}
				functions.Functions = functions.LimitTime(map[string]time.Duration{"collect-kms": 15 * time.Minute})
				if x := functions.run(t, list); x.Describe().Status != asl.Succeeded || functions.failed.Load() > 0 || ended.Load() != 3 {
					t.Errorf("ended with %+v after %d calls, %d services failed", x.Describe(), ended.Load(), functions.failed.Load())
				}
				time.Sleep(time.Hour) // until the function that ran too long has ended
			})
		})
	}
}
