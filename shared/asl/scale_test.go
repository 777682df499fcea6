package asl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"view360/shared/asl"
)

// counting is a store that only counts: children and their events.
type counting struct{ executions, events atomic.Int64 }

func (c *counting) Save(r asl.Record) error {
	c.executions.Add(1)
	c.events.Add(int64(len(r.History)))
	return nil
}

func (c *counting) Load(arn string) (asl.Record, error) {
	return asl.Record{}, fmt.Errorf("%s is not kept", arn)
}

// BenchmarkFanout runs 17 regions × 26 services in each of 100 children of a distributed map, or of as many as
// -benchtime asks for with the sub-benchmark of an organisation (3,000).
func BenchmarkFanout(b *testing.B) {
	for _, accounts := range []int{100, 3_000} {
		b.Run(fmt.Sprint(accounts), func(b *testing.B) {
			for b.Loop() {
				runFanout(b, accounts)
			}
		})
	}
}

func runFanout(b *testing.B, accounts int) {
	var calls atomic.Int64
	store := &counting{}
	e := &asl.Engine{Store: store, MaxChildren: 16}
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
	x := e.Run(b.Context(), fixture(b, "fanout"), "run", json.RawMessage(`{}`))
	if got := ended(x); got != `"clean"` {
		b.Fatalf("ended with %s", got)
	}
	if got, want := calls.Load(), int64(2+accounts*17*(26+1)); got != want {
		b.Fatalf("%d calls, want %d", got, want)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(store.events.Load()/store.executions.Load()), "events/execution")
	b.ReportMetric(float64(memory.Sys>>20), "MB")
}

// planOf streams the plan of so many accounts.
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
				return // the reader has closed
			}
			separator = ","
		}
		fmt.Fprint(w, "]")
		w.Close()
	}()
	return r
}
