package collect_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/collect"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// readLists runs a made-up collector of one section.
func readLists(t *testing.T, lists ...collect.List[int]) collecttest.Result {
	t.Helper()
	return collecttest.New(t, collect.Collector{SourceName: "serviceresources", Collect: func(ctx context.Context, _ aws.Config, _ collect.Scope, part *collect.Part) error {
		part.DeclareLists("service_resources")
		return collect.AddLists(ctx, part, "service_resources", lists)
	}}, simaws.Options{}).Run()
}

func TestListsKeepTheirOrderAndWait(t *testing.T) {
	t.Parallel()
	const many, ahead = 20_000, 5000
	var sent atomic.Int64
	full := make(chan struct{})
	slow := collect.List[int]{Name: "slow", Read: func(ctx context.Context, visit func(int) error) error {
		select {
		case <-full: // the fast list has no room left
		case <-ctx.Done():
			return ctx.Err()
		}
		if n := sent.Load(); n > ahead+1 {
			t.Errorf("%d elements wait in memory, want at most %d", n, ahead)
		}
		return visit(-1)
	}}
	fast := collect.List[int]{Name: "fast", Read: func(_ context.Context, visit func(int) error) error {
		for i := range many {
			if i == ahead {
				close(full)
			}
			if err := visit(i); err != nil {
				return err
			}
			sent.Add(1)
		}
		return nil
	}}
	got := collecttest.Elements[int](t, readLists(t, slow, fast), "service_resources")
	if len(got) != many+1 || got[0] != -1 {
		t.Fatalf("got %d elements, the first being %d", len(got), got[0])
	}
	for i, n := range got[1:] {
		if n != i {
			t.Fatalf("element %d is %d", i, n)
		}
	}
}

func TestListsFailAloneOrTogether(t *testing.T) {
	t.Parallel()
	broken := func(name string) collect.List[int] {
		return collect.List[int]{Name: name, Read: func(_ context.Context, visit func(int) error) error {
			return errors.Join(visit(1), errors.New("broken"))
		}}
	}
	whole := collect.List[int]{Name: "whole", Read: func(_ context.Context, visit func(int) error) error { return visit(2) }}
	result := readLists(t, broken("a"), whole)
	if result.Status != outcome.Warned || result.Messages[0].Text != "listing a: broken" || string(result.Content["service_resources"]) != "[1,2]" {
		t.Errorf("got %+v, %s", result.Outcome, result.Content["service_resources"])
	}
	if result := readLists(t, broken("a"), broken("b")); result.Err == nil || result.Err.Error() != "listing a: broken\nlisting b: broken" {
		t.Errorf("got error %v", result.Err)
	}
}
