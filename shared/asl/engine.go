package asl

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Engine runs state machines. Invoke must be set, OpenItems when a machine reads items from S3; the zero values of the
// other fields are what one process needs. An engine is safe for concurrent use; its fields must not change once it
// runs something.
type Engine struct {
	// Invoke calls a Lambda function and returns soon after ctx is done. The name of its error is what the error's
	// method ErrorType() string returns, or else the name of its Go type, as aws-lambda-go reports it; a *Failure is
	// taken as it is.
	Invoke func(ctx context.Context, function string, payload json.RawMessage) (json.RawMessage, error)
	// OpenItems opens the object that a distributed map reads its items from.
	OpenItems func(ctx context.Context, bucket, key string) (io.ReadCloser, error)
	// MaxChildren is how many children of a distributed map run side by side when its MaxConcurrency is 0 or greater;
	// 0 means 1,000.
	MaxChildren int
	// Store keeps executions that have ended; nil keeps them in memory.
	Store Store
	// Observe is told about every history event, in order for one execution. It must not block; it may call Describe and
	// MapRuns of the execution, but neither History nor RedriveStatus.
	Observe func(execution *Execution, event Event)
	// Base, when set, is what executions live in, in place of the context of whoever starts or redrives them: that of the
	// process, where requests that are soon over start them.
	Base context.Context
	// Evaluated is told about every JSONata expression that was evaluated, at any time from any goroutine; nil: nobody asks.
	Evaluated func(Evaluation)
	// Now, Sleep and Random replace the clock, the waiting of Retry, and the jitter of Retry (0 to 1).
	Now    func() time.Time
	Sleep  func(ctx context.Context, d time.Duration) error
	Random func() float64

	mu         sync.Mutex
	machines   map[string]*Machine   // by name
	executions map[string]*Execution // by ARN, children included, without those that are in the store
}

// The account and region of everything that runs here, and RoleARN, the role that the API names for it.
const (
	region  = "local"
	account = "000000000000"
	RoleARN = "arn:aws:iam::" + account + ":role/local"
)

func buildARN(kind, name string) string {
	return "arn:aws:states:" + region + ":" + account + ":" + kind + ":" + name
}

// selectContext is the context that an execution lives in.
func (e *Engine) selectContext(asked context.Context) context.Context {
	if e.Base != nil {
		return e.Base
	}
	return asked
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

func (e *Engine) maxChildren() int {
	if e.MaxChildren > 0 {
		return e.MaxChildren
	}
	return 1_000
}
