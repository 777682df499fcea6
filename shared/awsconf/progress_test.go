package awsconf_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
	"view360/shared/simaws"
)

// Answers that cannot be kept, as on a full disk, are still answers.
func TestFullDiskCostsOnlyTheNextAttempt(t *testing.T) {
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	progress, err := awsconf.NewProgress()
	if err == nil {
		err = progress.Close() // nothing can be written now
	}
	if err != nil {
		t.Fatal(err)
	}
	client := kms.NewFromConfig(awsconf.WithProgress(server.Config(""), progress))
	for range 2 {
		if keys, err := client.ListKeys(t.Context(), &kms.ListKeysInput{}); err != nil || len(keys.Keys) == 0 {
			t.Errorf("got %v, error %v", keys, err)
		}
	}
	if progress.Count() != 0 || len(server.Calls()) != 2 {
		t.Errorf("%d answers are kept of %d calls", progress.Count(), len(server.Calls()))
	}
}

// What is kept is found by the next attempt, for the same request in the same region alone.
func TestKeptAnswersAreFoundByTheNextAttempt(t *testing.T) {
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	list := func(progress *awsconf.Progress, region string) {
		t.Helper()
		cfg := server.Config("")
		cfg.Region = region
		client := kms.NewFromConfig(awsconf.WithProgress(cfg, progress))
		if _, err := client.ListKeys(t.Context(), &kms.ListKeysInput{}); err != nil {
			t.Fatal(err)
		}
	}
	open := func() *awsconf.Progress {
		t.Helper()
		progress, err := awsconf.NewProgress()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = progress.Close() })
		return progress
	}
	first, second := open(), open()
	list(first, "us-east-1")
	if err := second.Load(first.Reader()); err != nil || second.Count() != 1 {
		t.Fatalf("%d answers are loaded, error %v", second.Count(), err)
	}
	server.ForgetCalls()
	list(second, "us-east-1")
	list(second, "eu-west-1")
	if calls := server.Calls(); len(calls) != 1 || calls[0].Region != "eu-west-1" {
		t.Errorf("asked %v, want the other region only", calls)
	}
}
