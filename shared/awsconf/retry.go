package awsconf

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	smithy "github.com/aws/smithy-go"
)

// Attempts of one request. A function waits while it is throttled. It gives up early on a failing service or an
// unreachable host, because the state machine retries later.
const (
	throttledAttempts  = 10
	brokenAttempts     = 4
	connectionAttempts = 3
	silentAttempts     = 2
	longestBackoff     = 20 * time.Second
)

// NewRetryer returns the retryer of every client: standard retries with full jitter, no client-side retry quota (which
// would drop items while a service throttles), and few attempts for an unreachable host. longest bounds one backoff; zero
// means 20 seconds.
func NewRetryer(longest time.Duration) func() aws.Retryer {
	return newRetryer(cmp.Or(longest, longestBackoff), throttledAttempts, aws.RetryModeStandard)
}

// newRetryer returns a retryer with at most so many attempts, which also limits the rate of requests in adaptive mode.
func newRetryer(longest time.Duration, attempts int, mode aws.RetryMode) func() aws.Retryer {
	set := func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.MaxBackoff = longest
		o.RateLimiter = ratelimit.None
	}
	return func() aws.Retryer {
		if mode == aws.RetryModeAdaptive {
			return retryer{retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) { o.StandardOptions = append(o.StandardOptions, set) }), attempts}
		}
		return retryer{retry.NewStandard(set), attempts}
	}
}

type retryer struct {
	aws.RetryerV2
	attempts int // at most
}

// IsErrorRetryable excludes unknown hosts from the standard's retryable errors, and includes unreadable responses.
func (p retryer) IsErrorRetryable(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return false
	}
	return isUnreadable(err) || p.RetryerV2.IsErrorRetryable(err)
}

// isUnreadable reports whether the response was neither a result nor an error of the service, such as a truncated one.
func isUnreadable(err error) bool {
	var deserialization *smithy.DeserializationError
	var api smithy.APIError
	return errors.As(err, &deserialization) && !errors.As(err, &api)
}

// RetryDelay returns the standard delay, or an error after the last attempt for this kind of error.
func (p retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	most := min(brokenAttempts, p.attempts)
	var connection *net.OpError
	var silence net.Error
	switch {
	case throttle.IsErrorThrottle(err).Bool():
		most = p.attempts
	case errors.As(err, &connection):
		most = min(connectionAttempts, p.attempts)
	case errors.As(err, &silence) && silence.Timeout():
		most = min(silentAttempts, p.attempts)
	}
	if attempt >= most {
		return 0, fmt.Errorf("giving up after %d attempts: %w", attempt, err)
	}
	return p.RetryerV2.RetryDelay(attempt, err)
}

var throttle = retry.IsErrorThrottles(retry.DefaultThrottles)
