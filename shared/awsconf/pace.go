package awsconf

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"golang.org/x/time/rate"

	"view360/shared/catalog"
	"view360/shared/fault"
	"view360/shared/outcome"
)

// Pacer paces requests: at the rate that AWS publishes for an operation, or else as fast as the service takes those of one
// account and region. All collectors of a process share one. The zero value is ready; it is safe for concurrent use.
type Pacer struct {
	mu    sync.Mutex
	lanes map[laneKey]*lane
}

type laneKey struct{ account, region, service, operations string }

// The rates of services that publish none, in requests a second.
const (
	firstRate   = 20
	fastestRate = 200
	slowestRate = 0.5
)

// margin is the share of a published rate that is used, and of its burst all but one: requests that are sent evenly do not
// arrive evenly.
const margin = 0.95

// Lanes that nobody has used for so long are forgotten when there are many.
const (
	manyLanes = 10_000
	laneLife  = 5 * time.Minute
)

// Pace returns cfg with every attempt of its clients, which act in account, sent when its turn comes. A request whose turn
// comes after the context's deadline waits for the deadline, and fails with an outcome.Transient error: collectors then know
// that the time is over, and do not take it for one item that cannot be read. A nil Pacer does not wait.
func (p *Pacer) Pace(cfg aws.Config, account string) aws.Config {
	if p == nil {
		return cfg
	}
	return wrapAttempts(cfg, "view360.Pace", func(ctx context.Context, send func() error) error {
		l := p.findLane(account, awsmiddleware.GetRegion(ctx), awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx))
		if err := l.limiter.Wait(ctx); err != nil {
			<-ctx.Done()
			// The time left is too short, not the quota.
			return fault.New(outcome.Transient, "waiting for the request quota: %w", errors.Join(context.DeadlineExceeded, err))
		}
		sent := time.Now()
		err := send()
		l.adapt(sent, err != nil && fault.StatusOf(err) == outcome.Throttled)
		return err
	})
}

// findLane returns the lane of an operation: its own, or the one that it shares with others of its service.
func (p *Pacer) findLane(account, region, service, operation string) *lane {
	key, most, first, burst := laneKey{account, region, service, ""}, float64(fastestRate), float64(firstRate), firstRate
	if quota, published := catalog.FindQuota(service, operation); published {
		key.operations = quota.Operations[0]
		if quota.Each {
			key.operations = operation
		}
		most, first, burst = margin*quota.PerSecond, margin*quota.PerSecond, max(quota.Burst-1, 1)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l, known := p.lanes[key]
	if !known {
		p.forgetLanes()
		l = &lane{limiter: rate.NewLimiter(rate.Limit(first), burst), most: most}
		if p.lanes == nil {
			p.lanes = map[laneKey]*lane{}
		}
		p.lanes[key] = l
	}
	l.used = time.Now()
	return l
}

func (p *Pacer) forgetLanes() {
	if len(p.lanes) < manyLanes {
		return
	}
	for key, l := range p.lanes {
		if time.Since(l.used) > laneLife {
			delete(p.lanes, key)
		}
	}
}

// lane is a queue of requests whose rate adapts: additive increase, halved on a throttle. Near the rate that was throttled
// it grows so slowly that at most one request in 600 is throttled.
type lane struct {
	limiter *rate.Limiter
	most    float64   // requests a second
	used    time.Time // guarded by the Pacer

	mu      sync.Mutex
	refused float64   // the rate of the last throttle; 0: none
	slowed  time.Time // when
}

// adapt changes the rate after the answer to a request.
func (l *lane) adapt(sent time.Time, throttled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := float64(l.limiter.Limit())
	switch {
	case throttled && sent.Before(l.slowed): // it was on its way when the rate was halved
	case throttled:
		l.refused, l.slowed = now, time.Now()
		l.limiter.SetLimit(rate.Limit(min(now, max(now/2, slowestRate))))
		l.limiter.SetBurst(1)
	case now < l.most:
		l.limiter.SetLimit(rate.Limit(min(now+l.chooseStep(now), l.most)))
	}
}

// chooseStep returns what an answered request adds to the rate.
func (l *lane) chooseStep(now float64) float64 {
	if l.refused > 0 && now >= 0.9*l.refused {
		return l.refused / 6000
	}
	if l.refused > 0 {
		return l.refused / 50
	}
	return firstRate / 200.0
}
