package test

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/collect"
	"view360/shared/merge"
	"view360/shared/snapshot"
)

var scaleLoads = flag.Int("scale.loads", 40, "snapshots that arrive at once in the queue test; 1000 is the size to prove")

// publish publishes a small snapshot of an account and returns its key.
func (p *pipeline) publish(account string) string {
	p.Helper()
	now := time.Date(2026, 3, 11, 2, 0, 0, 0, time.UTC)
	request := collect.Input{
		Run: "arrival", Account: account, Region: "us-east-1", Home: true, Interval: snapshot.Daily, Date: "2026-03-11",
		Window: snapshot.WindowOf(snapshot.Daily, now), Now: now,
	}
	name := account
	read := func(_ context.Context, _ aws.Config, _ collect.Scope, part *collect.Part) error {
		return part.Set("account", snapshot.Account{AccountID: account, AccountName: &name, AccountStatus: "ACTIVE", ContactInfo: &snapshot.ContactInfo{}})
	}
	out, err := collect.Handler{Staging: p.store, Collector: collect.Collector{SourceName: "account", Collect: read}}.Handle(p.Context(), request)
	p.must(err)
	published, err := merge.Handler{Staging: p.store, Data: p.store}.Handle(p.Context(), merge.Input{Request: request, Results: []merge.CollectorResult{{Output: out}}})
	p.must(err)
	return published.Key
}

func TestSimultaneousSnapshotsQueueAtTheDatabase(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	keys := make([]string, *scaleLoads)
	for i := range keys {
		keys[i] = p.publish(fmt.Sprintf("%012d", 700000000000+i))
	}
	var all sync.WaitGroup
	for i, key := range keys {
		all.Go(func() {
			x, err := p.orchestrator.Run(t.Context(), p.load, fmt.Sprintf("arrival-%d", i), map[string]string{"bucket": "data", "key": key})
			if err != nil {
				t.Error(err)
				return
			}
			if s := x.Describe(); s.Status != "SUCCEEDED" {
				t.Errorf("%s ended with %s: %s", key, s.Error, s.Cause)
			}
		})
	}
	all.Wait()
	if got, want := queryTexts(t, p.pool, "select count(*)::text from accounts")[0], fmt.Sprint(len(keys)); got != want {
		t.Errorf("%s accounts are loaded, want %s", got, want)
	}
	stat := p.pool.Stat()
	if stat.MaxConns() != 6 || stat.EmptyAcquireCount() == 0 {
		t.Errorf("%d connections, %d loaders waited for one", stat.MaxConns(), stat.EmptyAcquireCount())
	}
	t.Logf("%d snapshots at once over %d connections: loaders waited for one %d times", len(keys), stat.MaxConns(), stat.EmptyAcquireCount())
}
