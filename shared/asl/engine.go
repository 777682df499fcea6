package asl

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Engine runs state machines. Set Invoke, and OpenItems and WriteResult if a machine reads items from S3 and writes results
// there; the zero values of the other fields suit one process. An engine is safe for concurrent use; its fields must not
// change while it runs anything.
type Engine struct {
	// Invoke calls a Lambda function and returns soon after ctx is done. The machine sees a *Failure unchanged. The name
	// of any other error is the result of its method ErrorType() string, or else its Go type, as in aws-lambda-go.
	Invoke func(ctx context.Context, function string, payload json.RawMessage) (json.RawMessage, error)
	// OpenItems opens the object that a distributed map reads its items from.
	OpenItems func(ctx context.Context, bucket, key string) (io.ReadCloser, error)
	// WriteResult writes an object with results of a distributed map that has a ResultWriter.
	WriteResult func(ctx context.Context, bucket, key string, body io.Reader) error
	// Store keeps executions that have ended; nil keeps them in memory.
	Store Store
	// Observe receives every history event, in order for one execution. It must not block. It may call Describe and
	// MapRuns of the execution, but neither History nor RedriveStatus.
	Observe func(execution *Execution, event Event)
	// Base, if set, is the context of all executions, in place of the one passed to Start or StartRedrive. A server sets
	// it, because executions outlive the requests that start them.
	Base context.Context
	// Evaluated, if set, receives every evaluated JSONata expression, at any time from any goroutine.
	Evaluated func(Evaluation)
	// Now, Sleep and Random replace the clock, the wait before a retry, and its jitter (0 to 1).
	Now    func() time.Time
	Sleep  func(ctx context.Context, d time.Duration) error
	Random func() float64

	mu         sync.Mutex
	machines   map[string]*Machine   // by name
	executions map[string]*Execution // by ARN, with children; without those in the store
}

// The account, region and role of all executions.
const (
	region  = "local"
	account = "000000000000"
	RoleARN = "arn:aws:iam::" + account + ":role/local"
)

func buildARN(kind, name string) string {
	return "arn:aws:states:" + region + ":" + account + ":" + kind + ":" + name
}

// selectContext returns the context of a new execution: Base, or else the caller's.
func (e *Engine) selectContext(caller context.Context) context.Context {
	if e.Base != nil {
		return e.Base
	}
	return caller
}

func (e *Engine) now() time.Time {
	if e.Now != nil {
		return e.Now()
	}
	return time.Now()
}

func (e *Engine) sleep(ctx context.Context, d time.Duration) error {
	if e.Sleep != nil {
		return e.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) random() float64 {
	if e.Random != nil {
		return e.Random()
	}
	return rand.Float64()
}
