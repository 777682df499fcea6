package arrival_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/arrival"
)

// machine is Step Functions with one machine whose executions take as long as took, and are listed after lag.
type machine struct {
	took, lag time.Duration

	mu      sync.Mutex
	started map[string]time.Time
	highest int // of the executions that ran at once
}

func (m *machine) StartExecution(_ context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, used := m.started[*in.Name]; used {
		return nil, &types.ExecutionAlreadyExists{}
	}
	m.started[*in.Name] = time.Now()
	running := 0
	for _, started := range m.started {
		if time.Since(started) < m.took {
			running++
		}
	}
	m.highest = max(m.highest, running)
	return &sfn.StartExecutionOutput{ExecutionArn: in.Name}, nil
}

func (m *machine) ListExecutions(_ context.Context, in *sfn.ListExecutionsInput, _ ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := &sfn.ListExecutionsOutput{}
	for name, started := range m.started {
		if age := time.Since(started); age >= m.lag && age < m.took && len(out.Executions) < int(in.MaxResults) {
			out.Executions = append(out.Executions, types.ExecutionListItem{ExecutionArn: aws.String(name)})
		}
	}
	return out, nil
}

func message(n int) events.SQSEvent {
	return events.SQSEvent{Records: []events.SQSMessage{{MessageId: fmt.Sprint(n), Body: "{}"}}}
}

func TestLoadsWaitForRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{took: 20 * time.Second, lag: 3 * time.Second, started: map[string]time.Time{}}
		h := &arrival.Handler{Machine: "load", Executions: m, Limit: 5}
		began := time.Now()
		for i := range 50 {
			if _, err := h.Handle(t.Context(), message(i)); err != nil {
				t.Fatal(err)
			}
		}
		if m.highest != 5 || len(m.started) != 50 {
			t.Errorf("%d loads, %d at once, want 50 and 5", len(m.started), m.highest)
		}
		if took := time.Since(began); took > 10*(20+1)*time.Second {
			t.Errorf("took %s: loads wait longer than for room", took)
		}
	})
}

func TestRepeatedMessageStartsOneLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{took: time.Second, started: map[string]time.Time{}}
		h := &arrival.Handler{Machine: "load", Executions: m, Limit: 5}
		for range 3 {
			if _, err := h.Handle(t.Context(), message(1)); err != nil {
				t.Fatal(err)
			}
		}
		if len(m.started) != 1 {
			t.Errorf("%d loads", len(m.started))
		}
	})
}

// The message comes back and is handled again.
func TestWaitingEndsWithTheFunction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{took: time.Hour, started: map[string]time.Time{}}
		h := &arrival.Handler{Machine: "load", Executions: m, Limit: 1}
		if _, err := h.Handle(t.Context(), message(1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
		defer cancel()
		if _, err := h.Handle(ctx, message(2)); err == nil || len(m.started) != 1 {
			t.Errorf("started %d loads, error %v", len(m.started), err)
		}
	})
}

type quota int

func (q quota) ReadUnreserved(context.Context) (int, error) { return int(q), nil }

func TestSmallQuotaLimitsLoads(t *testing.T) {
	t.Parallel()
	for unreserved, want := range map[quota]int{10: 1, 100: 4, 1000: 10} {
		if got, err := arrival.SizeLimit(t.Context(), unreserved, 10); err != nil || got != want {
			t.Errorf("quota %d: %d loads at once, error %v, want %d", unreserved, got, err, want)
		}
	}
}
