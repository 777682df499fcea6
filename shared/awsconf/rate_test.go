package awsconf_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/simaws"
)

// A bucket that fills once in a quarter of an hour gives its burst, and then has nothing within the minute that is left.
func TestRateLimitsCalls(t *testing.T) {
	server := organization(t)
	client := kms.NewFromConfig(awsconf.WithRate(server.Config(member), 1.0/900, 3))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range 3 {
		if _, err := client.ListKeys(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err := client.ListKeys(ctx, nil)
	if !fault.IsRetryable(err) {
		t.Errorf("got %v, want an error that is tried again in another run", err)
	}
	if got := len(server.Calls()); got != 3 {
		t.Errorf("got %d calls, want the burst of 3", got)
	}
}

// Retries are requests too: they must not run past the quota that they were throttled by.
func TestRetriesCountAgainstTheRate(t *testing.T) {
	server := organization(t)
	server.Fault(simaws.Fault{Kind: simaws.Throttled})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := kms.NewFromConfig(awsconf.WithRate(server.Config(member), 1.0/900, 4))
	if _, err := client.ListKeys(ctx, nil); err == nil {
		t.Fatal("got no error")
	}
	if got := len(server.Calls()); got != 4 {
		t.Errorf("got %d calls, want 4", got)
	}
}

// The clients of one configuration share the bucket, and a canceled run does not wait for it.
func TestRateIsSharedAndEndsWithTheRun(t *testing.T) {
	server := organization(t)
	cfg := awsconf.WithRate(server.Config(member), 1.0/900, 1)
	if _, err := listKeys(t, cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kms.NewFromConfig(cfg).ListKeys(ctx, nil); err == nil {
		t.Error("a second client has a bucket of its own")
	}
	if _, err := listKeys(t, awsconf.WithRate(server.Config(member), 0, 0)); err != nil {
		t.Errorf("without a rate: %v", err)
	}
}
