package asl

import (
	"math"
	"slices"
	"time"
)

// retrier is one entry of Retry.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
type retrier struct {
	errors                               []string
	interval, backoff, attempts, longest float64 // seconds, factor, count, seconds (0: no limit)
	jitter                               bool    // FULL
}

func (p *parser) readRetriers(s *state) {
	p.readObjects("Retry", func(q *parser, last bool) {
		r := retrier{
			errors:   q.readErrorNames(last),
			interval: q.readNumber("IntervalSeconds", 1, 1),
			backoff:  q.readNumber("BackoffRate", 2, 1),
			attempts: q.readNumber("MaxAttempts", 3, 0),
			longest:  q.readNumber("MaxDelaySeconds", 0, 0),
		}
		if q.hasField("MaxDelaySeconds") && r.longest <= r.interval {
			q.failField("MaxDelaySeconds", "is not greater than IntervalSeconds")
		}
		if q.hasField("JitterStrategy") {
			r.jitter = true
			if jitter := q.readText("JitterStrategy"); jitter != "FULL" {
				q.failField("JitterStrategy", "%q is not supported", jitter)
			}
		}
		s.retriers = append(s.retriers, r)
	}, "Comment", "ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds", "JitterStrategy")
}

// readErrorNames reads ErrorEquals. States.ALL must be the only name, in the last entry.
func (p *parser) readErrorNames(last bool) (names []string) {
	p.decodeField("ErrorEquals", &names)
	if len(names) == 0 {
		p.failField("ErrorEquals", "is empty")
	}
	if slices.Contains(names, statesTaskFailed) {
		p.failField("ErrorEquals", "has States.TaskFailed, which is not supported")
	}
	if slices.Contains(names, statesAll) && (len(names) > 1 || !last) {
		p.failField("ErrorEquals", "has States.ALL, which must be alone, in the last entry")
	}
	return names
}

// retries counts the retries in one visit of a state, for each retrier.
type retries []int

// nextWait returns the wait before the next attempt, or false if the first retrier that matches allows no more.
func (r retries) nextWait(s *state, f *Failure, random func() float64) (time.Duration, bool) {
	i := slices.IndexFunc(s.retriers, func(candidate retrier) bool { return f.matchesAny(candidate.errors) })
	if i < 0 || float64(r[i]) >= s.retriers[i].attempts {
		return 0, false
	}
	seconds := s.retriers[i].computeDelay(r[i])
	if s.retriers[i].jitter {
		seconds *= random()
	}
	r[i]++
	return time.Duration(seconds * float64(time.Second)), true
}

// computeDelay returns the wait before retry number n, counted from 0, in seconds without jitter.
func (r retrier) computeDelay(n int) float64 {
	seconds := r.interval * math.Pow(r.backoff, float64(n))
	if r.longest > 0 {
		seconds = min(seconds, r.longest)
	}
	return seconds
}
