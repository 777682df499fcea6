package test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"view360/shared/awsconf"
	"view360/shared/catalog"
	"view360/shared/collecttest"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

// signingNames are those of the services with published quotas, by their ids in the SDK, if they differ by more than case.
var signingNames = map[string]string{"Secrets Manager": "secretsmanager"}

// limitServices makes the simulated services throttle as AWS does: beyond what it publishes, and the others beyond 25
// requests a second, which is a guess.
func limitServices(s *simaws.Server) {
	published := map[string]bool{}
	for _, quota := range catalog.Quotas {
		service := signingNames[quota.Service]
		if service == "" {
			service = strings.ToLower(quota.Service)
		}
		published[service] = true
		for _, operation := range quota.Operations {
			s.Fault(simaws.Fault{Service: service, Operation: operation, Kind: simaws.Throttled, Quota: &simaws.Quota{PerSecond: quota.PerSecond, Burst: quota.Burst}})
		}
	}
	for _, source := range catalog.Sources {
		for _, action := range source.ActionNames() {
			if service, _, _ := strings.Cut(action, ":"); !published[service] {
				published[service] = true
				s.Fault(simaws.Fault{Service: service, Kind: simaws.Throttled, Quota: &simaws.Quota{PerSecond: 25, Burst: 25}})
			}
		}
	}
}

// One account and region is read within the quotas: at most 5 of 1,000 requests are throttled, whatever the latency, and the
// snapshot is that of services without quotas.
func TestCollectorsKeepToTheQuotas(t *testing.T) {
	collectWith := func(t *testing.T, latency time.Duration, pacer *awsconf.Pacer, limit bool) (published, *collection, time.Duration) {
		options := fullOrganization()
		options.Latency = latency
		c := newCollection(t, setting{account: collecttest.Production, organization: options, pacer: pacer})
		if limit {
			limitServices(c.Server)
		}
		started := time.Now()
		c.run("paced", map[string]any{"regions": []string{"us-east-1"}})
		took := time.Since(started)
		return c.readSnapshot(collecttest.Production, "us-east-1", today), c, took
	}
	want, _, _ := collectWith(t, 0, nil, false)
	for _, latency := range []time.Duration{0, 20 * time.Millisecond, 100 * time.Millisecond} {
		t.Run(latency.String(), func(t *testing.T) {
			t.Parallel()
			got, c, took := collectWith(t, latency, &awsconf.Pacer{}, true)
			throttles, calls := 0, c.Calls()
			for _, call := range calls {
				if strings.Contains(call.Error, "Throttl") || strings.Contains(call.Error, "TooManyRequests") || strings.Contains(call.Error, "LimitExceeded") {
					throttles++
					t.Log("throttled: ", call.Service, call.Operation)
				}
			}
			t.Logf("latency %s: %d calls, %d throttled, %.1f s", latency, len(calls), throttles, took.Seconds())
			t.Attr("tried", fmt.Sprintf("an account and region at AWS's quotas with %s of latency: %d calls, %d throttled, %.1f s", latency, len(calls), throttles, took.Seconds()))
			if throttles*1000 > 5*len(calls) {
				t.Errorf("%d of %d calls were throttled", throttles, len(calls))
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(snapshot.Meta{}, "Services")); diff != "" {
				t.Errorf("what was read differs (-without quotas +with):\n%s", diff)
			}
		})
	}
}
