package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"view360/shared/asl"
	"view360/shared/collect"
	"view360/shared/collectors"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/price"
)

var update = flag.Bool("update", false, "write shared/price/measured.json")

// counts is what one half of the demonstration takes.
type counts struct{ transitions, requests, puts, gets, nanoseconds atomic.Int64 }

// measuring is the demonstration with everything counted that AWS would charge for.
type measuring struct {
	collect, load counts
	now           atomic.Pointer[counts] // the half that runs
	logged        atomic.Int64
}

// Write counts the log.
func (m *measuring) Write(line []byte) (int, error) {
	m.logged.Add(int64(len(line)))
	return len(line), nil
}

// store is a bucket whose requests are counted.
func (m *measuring) store(o objects, name string) *object.Store {
	count := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		switch operation := middleware.GetOperationName(ctx); {
		case strings.HasPrefix(operation, "Get"), strings.HasPrefix(operation, "Head"):
			m.now.Load().gets.Add(1)
		case !strings.HasPrefix(operation, "Delete"): // which is free
			m.now.Load().puts.Add(1)
		}
		return next.HandleFinalize(ctx, in)
	}
	client := s3.New(o.Client().Options(), s3.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("count", count), middleware.Before)
	}))
	return object.New(client, name, object.Options{})
}

func (m *measuring) entered(_ *asl.Execution, event asl.Event) {
	if strings.HasSuffix(event.Type, "StateEntered") {
		m.now.Load().transitions.Add(1)
	}
}

func (m *measuring) called(call inprocess.Call) {
	m.now.Load().requests.Add(1)
	m.now.Load().nanoseconds.Add(int64(call.Duration))
}

// measure runs the demonstration.
func measure(t *testing.T) price.Measured {
	t.Helper()
	m := &measuring{}
	m.now.Store(&m.collect)
	ctx := withLog(t.Context(), m)
	db, err := openDatabase(t.Context(), &output{}, t.TempDir(), "", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	stores, err := openObjects(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stores.Close() })
	organization, err := demoCommand{Seed: 360}.startOrganization(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	staging, data := m.store(stores, stagingBucket), m.store(stores, dataBucket)
	demo := &demonstration{pipeline: newPipeline(staging), staging: staging, data: data}
	demo.Engine().Observe = m.entered
	if err := demo.addCollect(collectors.All, organization.Config(""), demoSettings(), staging, data); err != nil {
		t.Fatal(err)
	}
	if demo.loader, err = newLoadRunner(demo.pipeline, db, data, newProgress(io.Discard, true), false); err != nil {
		t.Fatal(err)
	}
	demo.watchCalls(m.called)
	x, err := demo.Run(ctx, demo.collectMachine, "measured", struct{}{})
	if err != nil || x.Describe().Status != asl.Succeeded {
		t.Fatalf("collect ended with %+v, error %v", x.Describe(), err)
	}
	result := price.Measured{Date: time.Now().UTC().Format(time.DateOnly), Accounts: len(organization.Accounts()), LogBytes: m.logged.Load()}
	reports, err := collectRunner{pipeline: demo.pipeline, staging: staging}.listReports(t.Context(), "measured")
	if err != nil {
		t.Fatal(err)
	}
	paid := map[string]int{}
	asked := map[string]bool{} // accounts, whose own section is in each region's report
	for _, report := range reports {
		result.Snapshots++
		for _, o := range report.Outcomes {
			if o.SourceName == "account" {
				if asked[report.Account] {
					continue
				}
				asked[report.Account] = true
			}
			paid[report.Account] += o.PaidCalls
			result.AWSCalls, result.PaidRequests = result.AWSCalls+o.Calls, result.PaidRequests+o.PaidCalls
		}
	}
	for account, requests := range paid {
		if requests > collect.DefaultPaidCalls {
			t.Errorf("account %s costs %d Cost Explorer requests a day, want at most %d", account, requests, collect.DefaultPaidCalls) // D39
		}
	}
	m.now.Store(&m.load)
	items, err := demo.listWaiting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		result.Loads++
		version, err := data.Head(t.Context(), i.key)
		if err != nil {
			t.Fatal(err)
		}
		result.Bytes += version.Size
		if _, err := demo.loader.runMachine(ctx, data, i); err != nil {
			t.Fatal(err)
		}
	}
	for half, into := range map[*counts][4]*int{
		&m.collect: {&result.CollectTransitions, &result.CollectRequests, &result.CollectPuts, &result.CollectGets},
		&m.load:    {&result.LoadTransitions, &result.LoadRequests, &result.LoadPuts, &result.LoadGets},
	} {
		for i, counter := range []*atomic.Int64{&half.transitions, &half.requests, &half.puts, &half.gets} {
			*into[i] = int(counter.Load())
		}
	}
	result.LoadSeconds = math.Round(time.Duration(m.load.nanoseconds.Load()).Seconds()*10) / 10
	return result
}

// The model's counts are the demonstration's: it fails when they drift apart, and -update writes them anew.
func TestMeasuredCountsAreThoseOfTheDemonstration(t *testing.T) {
	const file = "../../shared/price/measured.json"
	got := measure(t)
	if *update {
		body, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(body, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := price.ReadMeasured()
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]int{
		"kilobytes of log": {int(want.LogBytes >> 10), int(got.LogBytes >> 10)},
		"snapshots":        {want.Snapshots, got.Snapshots}, "loads": {want.Loads, got.Loads}, "paid requests": {want.PaidRequests, got.PaidRequests},
		"collect transitions": {want.CollectTransitions, got.CollectTransitions}, "load transitions": {want.LoadTransitions, got.LoadTransitions},
		"collect requests": {want.CollectRequests, got.CollectRequests}, "load requests": {want.LoadRequests, got.LoadRequests},
		"AWS calls": {want.AWSCalls, got.AWSCalls}, "collect puts": {want.CollectPuts, got.CollectPuts}, "load gets": {want.LoadGets, got.LoadGets},
	} {
		if math.Abs(float64(pair[1]-pair[0])) > 0.2*float64(pair[0]) {
			t.Errorf("%s: measured %d, the model counts with %d: run with -update", name, pair[1], pair[0])
		}
	}
}
