package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"view360/shared/asl"
)

// countingStore counts the executions that have ended, and their events.
type countingStore struct{ executions, events atomic.Int64 }

func (c *countingStore) Save(r asl.Record) error {
	if r.Snapshot.Status == asl.Running {
		return nil
	}
	c.executions.Add(1)
	c.events.Add(int64(len(r.History)))
	return nil
}

func (c *countingStore) Load(arn string) (asl.Record, error) {
	return asl.Record{}, fmt.Errorf("%s is not kept", arn)
}

func (c *countingStore) Discard(string) error { return errors.ErrUnsupported }

func (c *countingStore) Summary(arn string) (asl.Summary, error) {
	return asl.Summary{}, fmt.Errorf("%s is not kept", arn)
}

func (c *countingStore) List() []asl.Summary { return nil }

// The histories of an account with every region and service, and of the execution over all accounts, stay far below the
// limit of 25,000 events, and payloads below 256 KiB. The engine enforces both.
func TestFanoutCoversAllRegionsAndServices(t *testing.T) {
	const accounts = 20
	calls, store := runFanout(t, accounts)
	if want := int64(2 + accounts*17*(26+1)); calls != want {
		t.Errorf("%d calls, want %d", calls, want)
	}
	if got := store.executions.Load(); got != accounts+1 {
		t.Errorf("%d executions, want %d", got, accounts+1)
	}
	if got := store.events.Load() / store.executions.Load(); got > 5_000 {
		t.Errorf("%d events in each execution, want at most 5000", got)
	}
}

// BenchmarkFanout runs 17 regions × 26 services in each child of a distributed map.
func BenchmarkFanout(b *testing.B) {
	for _, accounts := range []int{100, 3_000} {
		b.Run(fmt.Sprint(accounts), func(b *testing.B) {
			for b.Loop() {
				_, store := runFanout(b, accounts)
				var memory runtime.MemStats
				runtime.ReadMemStats(&memory)
				b.ReportMetric(float64(store.events.Load()/store.executions.Load()), "events/execution")
				b.ReportMetric(float64(memory.Sys>>20), "MB")
			}
		})
	}
}

func runFanout(tb testing.TB, accounts int) (int64, *countingStore) {
	var calls atomic.Int64
	store := &countingStore{}
	e := &asl.Engine{Store: store}
	e.Invoke = func(_ context.Context, function string, _ json.RawMessage) (json.RawMessage, error) {
		calls.Add(1)
		switch function {
		case "plan":
			return json.RawMessage(`{"bucket":"staging","key":"plan","concurrency":16}`), nil
		case "settle":
			return json.RawMessage(`{"status":"clean"}`), nil
		default:
			return json.RawMessage(`{"status":"Pass","items":12,"messages":[]}`), nil
		}
	}
	e.OpenItems = func(context.Context, string, string) (io.ReadCloser, error) {
		return io.NopCloser(planOf(accounts)), nil
	}
	x := e.Run(tb.Context(), fixture(tb, "fanout"), "run", json.RawMessage(`{}`))
	if got := showEnd(x); got != `"clean"` {
		tb.Fatalf("ended with %s", got)
	}
	return calls.Load(), store
}

// planOf streams the plan of this many accounts.
func planOf(accounts int) io.Reader {
	regions, services := make([]string, 17), make([]string, 26)
	for i := range regions {
		regions[i] = fmt.Sprintf("region-%d", i)
	}
	for i := range services {
		services[i] = fmt.Sprintf("service%d", i)
	}
	r, w := io.Pipe()
	go func() {
		separator := "["
		for i := range accounts {
			if _, err := fmt.Fprintf(w, `%s{"account":"%012d","regions":["%s"],"services":["%s"]}`, separator, i, strings.Join(regions, `","`), strings.Join(services, `","`)); err != nil {
				return // the reader is closed
			}
			separator = ","
		}
		fmt.Fprint(w, "]")
		w.Close()
	}()
	return r
}
