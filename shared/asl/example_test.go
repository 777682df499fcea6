package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"view360/shared/asl"
)

type throttledError struct{ error }

// engine answers function calls with answers and remembers how long it would have waited.
type engine struct {
	asl.Engine
	mu    sync.Mutex
	waits []time.Duration
}

func newEngine(invoke func(function string, payload json.RawMessage) (string, error)) *engine {
	e := &engine{}
	e.Invoke = func(_ context.Context, function string, payload json.RawMessage) (json.RawMessage, error) {
		answer, err := invoke(function, payload)
		return json.RawMessage(answer), err
	}
	e.Sleep = func(_ context.Context, d time.Duration) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.waits = append(e.waits, d)
		return nil
	}
	e.OpenItems = func(context.Context, string, string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(`[{"n":1},{"n":2},{"n":3}]`)), nil
	}
	return e
}

func (e *engine) run(t *testing.T, definition, input string) asl.Snapshot {
	t.Helper()
	m, err := asl.Parse("test", []byte(definition), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.Run(t.Context(), m, "run", json.RawMessage(input)).Describe()
}

func TestRetryThenCatch(t *testing.T) {
	calls := 0
	e := newEngine(func(string, json.RawMessage) (string, error) {
		calls++
		return "", &throttledError{errors.New("slow down")}
	})
	got := e.run(t, `{"QueryLanguage":"JSONata","StartAt":"A","States":{
		"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{}},
			"Retry":[{"ErrorEquals":["throttledError"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":3,"MaxDelaySeconds":10}],
			"Catch":[{"ErrorEquals":["States.ALL"],"Output":{"e":"{% $states.errorOutput.Error %}"},"Next":"B"}],"End":true},
		"B":{"Type":"Pass","End":true}}}`, `{}`)
	if string(got.Output) != `{"e":"throttledError"}` || calls != 4 {
		t.Errorf("ended with %+v after %d calls", got, calls)
	}
	want := []time.Duration{2 * time.Second, 6 * time.Second, 10 * time.Second}
	if len(e.waits) != 3 || e.waits[0] != want[0] || e.waits[1] != want[1] || e.waits[2] != want[2] {
		t.Errorf("waited %v, want %v", e.waits, want)
	}
}

func TestDistributedMapRedrivesOnlyFailedChildren(t *testing.T) {
	var mu sync.Mutex
	calls := map[string]int{}
	broken := true
	e := newEngine(func(_ string, payload json.RawMessage) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		calls[string(payload)]++
		if broken && string(payload) == "2" {
			return "", errors.New("broken")
		}
		return string(payload), nil
	})
	m, err := asl.Parse("test", []byte(`{"QueryLanguage":"JSONata","StartAt":"M","States":{
		"M":{"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},"Arguments":{"Bucket":"b","Key":"k"}},
			"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"T","States":{
				"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":"{% $states.input.n %}"},"Output":"{% $states.result.Payload %}","End":true}}},
			"End":true}}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	x := e.Run(t.Context(), m, "run", json.RawMessage(`{}`))
	if got := x.Describe(); got.Status != asl.Failed || got.Error != "States.ExceedToleratedFailureThreshold" {
		t.Fatalf("ended with %+v", got)
	}
	broken = false
	if err := e.Redrive(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	if got := x.Describe(); string(got.Output) != "[1,2,3]" || got.RedriveCount != 1 {
		t.Errorf("redriven, it ended with %+v", got)
	}
	if calls["1"] != 1 || calls["2"] != 2 {
		t.Errorf("calls %v, want the failed child alone to run again", calls)
	}
}
