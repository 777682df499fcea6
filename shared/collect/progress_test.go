package collect_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// A source that needs longer than its function's limit ends with what one long attempt reads, and asks AWS no more.
func TestNextAttemptGoesOnWhereTimeRanOut(t *testing.T) {
	s := newStagingStore(t)
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	input := request
	input.Account, input.Region = "528416073925", "us-east-1"

	const atOnce = 20 // keys that an attempt describes before its time is over
	var described []string
	handler := collect.Handler{Config: server.Config(input.Account), Staging: s.store, Collector: collect.Collector{
		SourceName: "kms", Collect: func(ctx context.Context, cfg aws.Config, _ collect.Scope, _ *collect.Part) error {
			elsewhere := cfg.Copy()
			elsewhere.Region = "eu-west-1"
			other, err := kms.NewFromConfig(elsewhere).ListKeys(ctx, &kms.ListKeysInput{})
			if err != nil {
				return err
			}
			client := kms.NewFromConfig(cfg)
			keys, err := client.ListKeys(ctx, &kms.ListKeysInput{})
			if err != nil {
				return err
			}
			if aws.ToString(other.Keys[0].KeyArn) == aws.ToString(keys.Keys[0].KeyArn) {
				t.Error("one region has the answer of another")
			}
			described = nil
			for _, key := range keys.Keys {
				if countCalls(server, "DescribeKey") >= (input.Attempt+1)*atOnce {
					<-ctx.Done()
					return ctx.Err()
				}
				answer, err := client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: key.KeyId})
				if err != nil && fault.StatusOf(err) != outcome.Denied { // of a key whose policy is closed
					return err
				}
				if err == nil {
					described = append(described, aws.ToString(answer.KeyMetadata.Arn))
				}
			}
			return nil
		},
	}}
	handle := func(ctx context.Context) error {
		_, err := handler.Handle(ctx, input)
		return err
	}
	for input.Attempt = 0; ; input.Attempt++ {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err := handle(ctx)
		cancel()
		if err == nil {
			break
		}
		if fault.StatusOf(err) != outcome.Transient || !strings.Contains(err.Error(), "which the next attempt has") || input.Attempt == 10 {
			t.Fatalf("attempt %d: %v", input.Attempt, err)
		}
	}
	if input.Attempt == 0 {
		t.Error("one attempt was enough")
	}
	attempts := input.Attempt
	resumed, calls := described, len(server.Calls())
	input.Attempt = 1000
	another := input
	another.Run = "another"
	before := countCalls(server, "ListKeys")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := handler.Handle(ctx, another); err != nil || countCalls(server, "ListKeys") != before+2 {
		t.Errorf("another run asks %d times for the keys of two regions, error %v", countCalls(server, "ListKeys")-before, err)
	}
	server.ForgetCalls()
	if err := handle(t.Context()); err != nil { // without a limit, and so without what was saved
		t.Fatal(err)
	}
	if diff := cmp.Diff(described, resumed); diff != "" {
		t.Errorf("(-one attempt +%d attempts):\n%s", attempts, diff)
	}
	if inOne := len(server.Calls()); calls > inOne+2*10 { // a refused key is asked for again, and a call may be cut off
		t.Errorf("%d calls in several attempts, %d in one", calls, inOne)
	}
}

func countCalls(server *simaws.Server, operation string) (n int) {
	for _, call := range server.Calls() {
		if call.Operation == operation {
			n++
		}
	}
	return n
}
