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
	// Invoke calls a Lambda function. The error's name is what its method ErrorType() string returns, or the name of
	// its Go type, as aws-lambda-go would report it.
	Invoke func(ctx context.Context, function string, payload json.RawMessage) (json.RawMessage, error)
	// OpenItems opens the object that a distributed map reads its items from.
	OpenItems func(ctx context.Context, bucket, key string) (io.ReadCloser, error)
	// Observe is told about every history event, in order for one execution; it must not block.
	Observe func(execution *Execution, event Event)
	// Now, Sleep and Random replace the clock, waiting and the jitter of retries (0 to 1).
	Now    func() time.Time
	Sleep  func(ctx context.Context, d time.Duration) error
	Random func() float64

	mu         sync.Mutex
	executions map[string]*Execution // by ARN, children included
}

// Limits of Step Functions that the engine enforces.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	payloadLimit     = 256 << 10 // bytes of a state's input, output, arguments and result
	inlineLimit      = 40        // iterations of an inline map at the same time
	eventLimit       = 25_000    // history events of one execution
	redriveDays      = 14
	childrenUnbound  = 1_000 // children at the same time when MaxConcurrency is 0
	distributedLimit = 10_000
)

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

// Lookup returns a started execution, or a child of one, by its ARN.
func (e *Engine) Lookup(arn string) (*Execution, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x, known := e.executions[arn]
	return x, known
}

func (e *Engine) remember(x *Execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.executions == nil {
		e.executions = map[string]*Execution{}
	}
	e.executions[x.ARN] = x
}
