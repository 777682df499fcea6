// Package inprocess runs the state machines and their functions in this process: the same definitions and the same
// handlers as on AWS, called directly.
package inprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// Function is a handler with JSON input and output, like a Lambda function.
type Function func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error)

// Functions holds the functions of a deployment by name.
type Functions map[string]Function

// Add adds a handler as a function with the same JSON as its Lambda function.
func Add[In, Out any](functions Functions, name string, handle func(context.Context, In) (Out, error)) {
	functions[name] = func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		var in In
		if err := json.Unmarshal(payload, &in); err != nil {
			return nil, fault.New(outcome.Invalid, "decoding the input of %s: %w", name, err)
		}
		out, err := handle(ctx, in)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
}

// Call is one finished call of a function.
type Call struct {
	Function string
	Payload  json.RawMessage
	Result   json.RawMessage
	Err      error
	Duration time.Duration
}

// Invoke returns a function that calls a function by name and reports every call to watch, which may be nil. It is safe
// for concurrent use if watch is.
func (f Functions) Invoke(watch func(Call)) func(ctx context.Context, name string, payload json.RawMessage) (json.RawMessage, error) {
	return func(ctx context.Context, name string, payload json.RawMessage) (json.RawMessage, error) {
		function, deployed := f[name]
		if !deployed {
			return nil, fmt.Errorf("function %q does not exist", name)
		}
		started := time.Now()
		result, err := function(ctx, payload)
		if watch != nil {
			watch(Call{name, payload, result, err, time.Since(started)})
		}
		return result, err
	}
}
