package awsconf_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/simaws"
)

// slowKeys returns a configuration that lists keys burst times at once, and then once in a quarter of an hour.
func slowKeys(server *simaws.Server, burst int) aws.Config {
	cfg := server.Config(member)
	return awsconf.NewSlowPacer(member, cfg.Region, kms.ServiceID, "ListKeys", burst).Pace(cfg, member)
}

// A bucket that fills once in a quarter of an hour gives its burst, and then has nothing within the time that is left.
func TestRateLimitsCalls(t *testing.T) {
	server := organization(t)
	client := kms.NewFromConfig(slowKeys(server, 3))
	for range 3 {
		if _, err := client.ListKeys(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := client.ListKeys(ctx, nil)
	if !fault.IsRetryable(err) || ctx.Err() == nil {
		t.Errorf("got %v, want an error that is tried again in another run, when the time is over", err)
	}
	if got := len(server.Calls()); got != 3 {
		t.Errorf("got %d calls, want the burst of 3", got)
	}
}

// Retries are requests too: they must not run past the quota that they were throttled by. What was left of the burst is void.
func TestRetriesCountAgainstTheRate(t *testing.T) {
	server := organization(t)
	server.Fault(simaws.Fault{Kind: simaws.Throttled})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	client := kms.NewFromConfig(slowKeys(server, 4))
	if _, err := client.ListKeys(ctx, nil); err == nil {
		t.Fatal("got no error")
	}
	if got := len(server.Calls()); got != 2 {
		t.Errorf("got %d calls, want 2", got)
	}
}

// The clients of one configuration share the bucket, and a canceled run does not wait for it.
func TestRateIsSharedAndEndsWithTheRun(t *testing.T) {
	server := organization(t)
	cfg := slowKeys(server, 1)
	if _, err := listKeys(t, cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kms.NewFromConfig(cfg).ListKeys(ctx, nil); err == nil {
		t.Error("a second client has a bucket of its own")
	}
	if _, err := listKeys(t, (*awsconf.Pacer)(nil).Pace(server.Config(member), member)); err != nil {
		t.Errorf("without a pacer: %v", err)
	}
}
