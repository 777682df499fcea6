package awsconf

import (
	"context"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// Meter counts the requests of the clients of [WithMeter], retries included. It is safe for concurrent use.
type Meter struct{ calls, throttles, paid atomic.Int64 }

// Calls returns the number of requests sent.
func (m *Meter) Calls() int { return int(m.calls.Load()) }

// Throttles returns the number of requests that failed with a throttling error.
func (m *Meter) Throttles() int { return int(m.throttles.Load()) }

// PaidCalls returns the number of requests that AWS charges for: every Cost Explorer request.
func (m *Meter) PaidCalls() int { return int(m.paid.Load()) }

// paidService is the SDK's service id of the only API here with a price for each request.
const paidService = "Cost Explorer"

// WithMeter returns cfg with every attempt of its clients counted in m.
func WithMeter(cfg aws.Config, m *Meter) aws.Config {
	return wrapAttempts(cfg, "view360.Meter", func(ctx context.Context, send func() error) error {
		m.calls.Add(1)
		if awsmiddleware.GetServiceID(ctx) == paidService {
			m.paid.Add(1)
		}
		err := send()
		if err != nil && fault.StatusOf(err) == outcome.Throttled {
			m.throttles.Add(1)
		}
		return err
	})
}

// wrapAttempts returns cfg with around called for every attempt, below the SDK's retries, that is not answered from a
// [Progress].
func wrapAttempts(cfg aws.Config, id string, around func(ctx context.Context, send func() error) error) aws.Config {
	cfg = cfg.Copy()
	cfg.APIOptions = append(cfg.APIOptions[:len(cfg.APIOptions):len(cfg.APIOptions)], func(stack *middleware.Stack) error {
		attempt := middleware.FinalizeMiddlewareFunc(id, func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
			if isAnswered(ctx) {
				return next.HandleFinalize(ctx, in)
			}
			err = around(ctx, func() error {
				out, metadata, err = next.HandleFinalize(ctx, in)
				return err
			})
			return out, metadata, err
		})
		return stack.Finalize.Insert(attempt, "Retry", middleware.After)
	})
	return cfg
}
