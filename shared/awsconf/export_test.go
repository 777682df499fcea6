package awsconf

import "golang.org/x/time/rate"

// NewSlowPacer returns a pacer whose bucket for an operation with a quota of its own fills once in a quarter of an hour.
func NewSlowPacer(account, region, service, operation string, burst int) *Pacer {
	const perSecond = 1.0 / 900
	return &Pacer{lanes: map[laneKey]*lane{
		{account, region, service, operation}: {limiter: rate.NewLimiter(perSecond, burst), most: perSecond},
	}}
}
