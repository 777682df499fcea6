package asl

import (
	"math"
	"time"
)

// retrier is one entry of Retry.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
type retrier struct {
	errors                               []string
	interval, backoff, attempts, longest float64 // seconds, factor, count, seconds (0: no limit)
	jitter                               bool
}

// catcher is one entry of Catch.
type catcher struct {
	errors []string
	next   string
	output template
	assign *object
}

// retries counts the retries of one visit of a state, for each of its retriers.
type retries []int

// next returns how long to wait before the state is tried again, and false when it is not.
func (r retries) next(s *state, f *Failure, random func() float64) (time.Duration, bool) {
	for i, retrier := range s.retriers {
		if !f.matches(retrier.errors, s.kind == "Task") {
			continue
		}
		if float64(r[i]) >= retrier.attempts {
			return 0, false // the first retrier that matches decides
		}
		seconds := retrier.delay(r[i])
		if retrier.jitter {
			seconds *= random()
		}
		r[i]++
		return time.Duration(seconds * float64(time.Second)), true
	}
	return 0, false
}

// delay is the wait before retry number n, counted from 0, without jitter.
func (r retrier) delay(n int) float64 {
	seconds := r.interval * math.Pow(r.backoff, float64(n))
	if r.longest > 0 {
		seconds = min(seconds, r.longest)
	}
	return seconds
}

func (s *state) catches(f *Failure) (catcher, bool) {
	for _, c := range s.catchers {
		if f.matches(c.errors, s.kind == "Task") {
			return c, true
		}
	}
	return catcher{}, false
}
