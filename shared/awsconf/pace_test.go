package awsconf

import (
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"view360/shared/catalog"
)

// A service that does not publish its quota is asked nearly as fast as it takes, and refuses at most 5 of 1,000 requests.
func TestLaneAdaptsToAQuotaThatNobodyKnows(t *testing.T) {
	for _, quota := range []struct {
		perSecond float64
		burst     int
	}{{3, 3}, {5, 5}, {10, 10}, {20, 40}, {50, 50}, {100, 100}} {
		synctest.Test(t, func(t *testing.T) {
			service := rate.NewLimiter(rate.Limit(quota.perSecond), quota.burst)
			l := (&Pacer{}).findLane("111122223333", "eu-west-1", "SSM", "ListInventoryEntries")
			const requests = 3000
			started, throttles := time.Now(), 0
			for range requests {
				for refused := true; refused; {
					if err := l.limiter.Wait(t.Context()); err != nil {
						t.Fatal(err)
					}
					sent := time.Now()
					refused = !service.Allow()
					l.adapt(sent, refused)
					if refused {
						throttles++
						time.Sleep(time.Second) // the SDK's backoff
					}
				}
			}
			took := time.Since(started)
			ideal := time.Duration(requests / min(quota.perSecond, fastestRate) * float64(time.Second))
			t.Logf("quota %v/s: %d throttles, %s, ideal %s", quota.perSecond, throttles, took, ideal)
			if throttles > requests*5/1000 {
				t.Errorf("quota %v/s: %d throttles", quota.perSecond, throttles)
			}
			if took > ideal*3/2 {
				t.Errorf("quota %v/s: %s, want at most 1.5 times %s", quota.perSecond, took, ideal)
			}
		})
	}
}

// Requests that were on their way together are refused together, which is one sign, not many.
func TestLaneIsHalvedOnceForRequestsThatWereSentTogether(t *testing.T) {
	l := (&Pacer{}).findLane("111122223333", "eu-west-1", "SSM", "ListInventoryEntries")
	sent := time.Now()
	for range 10 {
		l.adapt(sent, true)
	}
	if got := float64(l.limiter.Limit()); got != firstRate/2 {
		t.Errorf("got %v requests a second, want %v", got, firstRate/2)
	}
}

func TestLanesAreThoseOfTheQuotas(t *testing.T) {
	p := &Pacer{}
	find := func(account, region, service, operation string) *lane {
		return p.findLane(account, region, service, operation)
	}
	first := find("111122223333", "eu-west-1", "WAFV2", "GetWebACL")
	if first.limiter.Limit() != 5*margin || first.limiter.Burst() != 4 {
		t.Errorf("got %v requests a second and %d at once", first.limiter.Limit(), first.limiter.Burst())
	}
	for _, other := range []*lane{
		find("111122223333", "eu-west-1", "WAFV2", "ListWebACLs"), find("111122223333", "us-east-1", "WAFV2", "GetWebACL"), find("444455556666", "eu-west-1", "WAFV2", "GetWebACL"),
	} {
		if other == first {
			t.Error("two quotas share a lane")
		}
	}
	if find("111122223333", "eu-west-1", "EC2", "DescribeVolumes") != find("111122223333", "eu-west-1", "EC2", "DescribeInstances") {
		t.Error("the operations of one quota have two lanes")
	}
	if find("111122223333", "eu-west-1", "SSM", "A") != find("111122223333", "eu-west-1", "SSM", "B") {
		t.Error("the operations of a service without a published quota have two lanes")
	}
}

// An organization's lanes are forgotten when its accounts have been read.
func TestLanesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Pacer{}
		for i := range 3 * manyLanes {
			if i%manyLanes == 0 {
				time.Sleep(2 * laneLife)
			}
			p.findLane(time.Duration(i).String(), "eu-west-1", catalog.Quotas[0].Service, catalog.Quotas[0].Operations[0])
		}
		if len(p.lanes) > manyLanes {
			t.Errorf("got %d lanes", len(p.lanes))
		}
	})
}
