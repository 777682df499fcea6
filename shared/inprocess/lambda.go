package inprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync/atomic"
	"time"
)

// LambdaError is an error of Lambda, not of a function, under the name that a state machine sees.
// Sources: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception and
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
type LambdaError struct{ Name, Message string }

func (e LambdaError) Error() string { return e.Message }

// ErrorType returns the name.
func (e LambdaError) ErrorType() string { return e.Name }

// The errors of functions that end without an answer.
var (
	ErrThrottled   = LambdaError{"Lambda.TooManyRequestsException", "Rate Exceeded. (Service: Lambda, Status Code: 429)"}
	ErrExited      = LambdaError{"Runtime.ExitError", "RequestId: 00000000-0000-0000-0000-000000000000 Error: Runtime exited with error: exit status 2"}
	ErrOutOfMemory = LambdaError{"Runtime.OutOfMemory", "RequestId: 00000000-0000-0000-0000-000000000000 Error: Runtime exited with error: signal: killed"}
)

// LimitConcurrency returns the functions with a quota of concurrent executions for all together: a call beyond it ends at
// once with ErrThrottled. refused counts those calls.
func (f Functions) LimitConcurrency(quota int, refused *atomic.Int64) Functions {
	var running atomic.Int64
	return f.wrapEach(func(_ string, function Function) Function {
		return func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
			defer running.Add(-1)
			if running.Add(1) > int64(quota) {
				refused.Add(1)
				return nil, ErrThrottled
			}
			return function(ctx, payload)
		}
	})
}

// LimitTime returns the functions with a timeout for those that limits names. A function that does not end in time is
// left alone, and its call ends as Lambda ends it.
func (f Functions) LimitTime(limits map[string]time.Duration) Functions {
	return f.wrapEach(func(name string, function Function) Function {
		limit := limits[name]
		if limit == 0 {
			return function
		}
		return func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			type answer struct {
				result json.RawMessage
				err    error
			}
			answered := make(chan answer, 1)
			go func() {
				result, err := function(ctx, payload)
				answered <- answer{result, err}
			}()
			select {
			case a := <-answered:
				return a.result, a.err
			case <-ctx.Done():
				return nil, LambdaError{"Sandbox.Timedout", fmt.Sprintf("RequestId: 00000000-0000-0000-0000-000000000000 Error: Task timed out after %.2f seconds", limit.Seconds())}
			}
		}
	})
}

func (f Functions) wrapEach(wrap func(name string, function Function) Function) Functions {
	wrapped := maps.Clone(f)
	for name, function := range f {
		wrapped[name] = wrap(name, function)
	}
	return wrapped
}
