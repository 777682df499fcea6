package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"view360/shared/asl"
)

// Errors that functions of a lab return.
type (
	RetryableError struct{ error }
	TerminalError  struct{ error }
	renamedError   struct{ error }
)

func (*renamedError) ErrorType() string { return "View360.Renamed" }

// lab is an engine with stub functions and objects. It records calls and waits.
type lab struct {
	asl.Engine
	objects map[string]string

	mu        sync.Mutex
	functions map[string]func(payload json.RawMessage) (any, error)
	calls     []string // function and payload
	waits     []time.Duration
}

func newLab() *lab {
	l := &lab{objects: map[string]string{}, functions: map[string]func(json.RawMessage) (any, error){
		"echo":      func(payload json.RawMessage) (any, error) { return payload, nil },
		"retryable": func(json.RawMessage) (any, error) { return nil, &RetryableError{errors.New("slow down")} },
		"terminal":  func(json.RawMessage) (any, error) { return nil, &TerminalError{errors.New("broken")} },
		"renamed":   func(json.RawMessage) (any, error) { return nil, &renamedError{errors.New("broken")} },
		"wrapped": func(json.RawMessage) (any, error) {
			return nil, fmt.Errorf("listing: %w", &TerminalError{errors.New("broken")})
		},
		"timeout": func(json.RawMessage) (any, error) {
			return nil, &asl.Failure{Name: "States.Timeout", Cause: "too slow"}
		},
		"large":   func(json.RawMessage) (any, error) { return strings.Repeat("x", 262_144), nil },
		"no JSON": func(json.RawMessage) (any, error) { return json.RawMessage("{"), nil },
	}}
	l.Invoke = l.invoke
	l.OpenItems = func(_ context.Context, bucket, key string) (io.ReadCloser, error) {
		if bucket == literal {
			return io.NopCloser(strings.NewReader(key)), nil
		}
		body, exists := l.objects[bucket+"/"+key]
		if !exists {
			return nil, errors.New("no such key")
		}
		return io.NopCloser(strings.NewReader(body)), nil
	}
	l.Sleep = func(ctx context.Context, d time.Duration) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.waits = append(l.waits, d)
		return ctx.Err()
	}
	l.Random = func() float64 { return 0.5 }
	return l
}

func (l *lab) invoke(ctx context.Context, function string, payload json.RawMessage) (json.RawMessage, error) {
	l.mu.Lock()
	l.calls = append(l.calls, function+" "+string(payload))
	f, exists := l.functions[function]
	l.mu.Unlock()
	if !exists {
		return nil, fmt.Errorf("no function %s", function)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	answer, err := f(payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// takeCalls returns the calls since the last takeCalls.
func (l *lab) takeCalls() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := l.calls
	l.calls = nil
	return calls
}

// literal is a bucket whose keys are the objects themselves.
const literal = "literal"

// items returns the ItemReader of a distributed map over these items.
func items(list string) string {
	return `"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},"Arguments":{"Bucket":"` + literal + `","Key":` + strconv.Quote(list) + `}},`
}

func parse(t testing.TB, definition string) *asl.Machine {
	t.Helper()
	m, err := asl.Parse("test", []byte(definition), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// machine returns a definition of these states.
func machine(start, states string) string {
	return fmt.Sprintf(`{"QueryLanguage":"JSONata","StartAt":%q,"States":{%s}}`, start, states)
}

func (l *lab) run(t testing.TB, definition, input string) *asl.Execution {
	t.Helper()
	return l.Run(t.Context(), parse(t, definition), "run", json.RawMessage(input))
}

// showEnd returns the end of an execution in one line: its output, or its error and cause.
func showEnd(x *asl.Execution) string {
	s := x.Describe()
	if s.Status == asl.Succeeded {
		return string(s.Output)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", s.Status, s.Error, s.Cause))
}

// eventTypes returns the types of the events in the history.
func eventTypes(x *asl.Execution) []string {
	var types []string
	for _, event := range x.History() {
		types = append(types, event.Type)
	}
	return types
}

func fixture(t testing.TB, name string) *asl.Machine {
	t.Helper()
	definition, err := os.ReadFile("testdata/" + name + ".asl.json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := asl.Parse(name, definition, map[string]string{"Partition": "aws"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
