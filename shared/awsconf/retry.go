package awsconf

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Attempts of one request. Throttling is worth waiting for inside a function; a host that does not answer is not, the
// state machine comes back later.
const (
	attempts           = 10
	connectionAttempts = 3
	longestBackoff     = 20 * time.Second
)

// Patient is the retryer of every client: standard retries with full jitter, no client-side retry quota (which would
// drop items while a service throttles), and few attempts where nobody answers. A zero longest means 20 seconds.
func Patient(longest time.Duration) func() aws.Retryer {
	if longest == 0 {
		longest = longestBackoff
	}
	return func() aws.Retryer {
		standard := retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = attempts
			o.MaxBackoff = longest
			o.RateLimiter = ratelimit.None
		})
		return patient{standard}
	}
}

type patient struct{ *retry.Standard }

func (p patient) IsErrorRetryable(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return false
	}
	return p.Standard.IsErrorRetryable(err)
}

// RetryDelay ends the retries of a connection that is refused or not answered.
func (p patient) RetryDelay(attempt int, err error) (time.Duration, error) {
	var connection *net.OpError
	if errors.As(err, &connection) && attempt >= connectionAttempts {
		return 0, fmt.Errorf("no answer after %d attempts: %w", attempt, err)
	}
	return p.Standard.RetryDelay(attempt, err)
}
