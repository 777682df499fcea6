package awsconf

import (
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
	if longest == 0 {
		longest = longestBackoff
	}
	return func() aws.Retryer {
		standard := retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = throttledAttempts
			o.MaxBackoff = longest
			o.RateLimiter = ratelimit.None
		})
		return retryer{standard}
	}
}

type retryer struct{ *retry.Standard }

// IsErrorRetryable excludes unknown hosts from the standard's retryable errors, and includes unreadable responses.
func (p retryer) IsErrorRetryable(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return false
	}
	return isUnreadable(err) || p.Standard.IsErrorRetryable(err)
}

// isUnreadable reports whether the response was neither a result nor an error of the service, such as a truncated one.
func isUnreadable(err error) bool {
	var deserialization *smithy.DeserializationError
	var api smithy.APIError
	return errors.As(err, &deserialization) && !errors.As(err, &api)
}

// RetryDelay returns the standard delay, or an error after the last attempt for this kind of error.
func (p retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	most := brokenAttempts
	var connection *net.OpError
	var silence net.Error
	switch {
	case throttle.IsErrorThrottle(err).Bool():
		most = throttledAttempts
	case errors.As(err, &connection):
		most = connectionAttempts
	case errors.As(err, &silence) && silence.Timeout():
		most = silentAttempts
	}
	if attempt >= most {
		return 0, fmt.Errorf("giving up after %d attempts: %w", attempt, err)
	}
	return p.Standard.RetryDelay(attempt, err)
}

var throttle = retry.IsErrorThrottles(retry.DefaultThrottles)
