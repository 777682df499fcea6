package collect_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"view360/shared/collect"
)

func countTo(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// recordEmitted returns an emit and the values that it got.
func recordEmitted() (func(int) error, *[]int) {
	got := &[]int{}
	return func(v int) error { *got = append(*got, v); return nil }, got
}

func TestInOrderKeepsTheOrderOfTheItems(t *testing.T) {
	t.Parallel()
	const items, limit = 100, 4
	done := make([]chan struct{}, items)
	for i := range done {
		done[i] = make(chan struct{})
	}
	emit, got := recordEmitted()
	// The first of each pair is fetched only after the second: it must be emitted first all the same.
	err := collect.FetchInOrder(t.Context(), limit, countTo(items), func(_ context.Context, i int) (int, error) {
		defer close(done[i])
		if i%2 == 0 {
			<-done[i+1]
		}
		return i * 10, nil
	}, emit)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]int, items)
	for i := range want {
		want[i] = i * 10
	}
	if !slices.Equal(*got, want) {
		t.Errorf("got %v", *got)
	}
}

func TestInOrderFetchesAtMostTheLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 2, 7} {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int64
			release, ended := make([]chan struct{}, 50), make(chan error, 1)
			for i := range release {
				release[i] = make(chan struct{})
			}
			emit, got := recordEmitted()
			go func() {
				ended <- collect.FetchInOrder(t.Context(), limit, countTo(50), func(_ context.Context, i int) (int, error) {
					running.Add(1)
					defer running.Add(-1)
					<-release[i]
					return i, nil
				}, emit)
			}()
			for i := range release {
				synctest.Wait() // everything that can begin has begun
				if want := min(limit, 50-i); running.Load() != int64(want) {
					t.Errorf("%d fetches at once, want %d", running.Load(), want)
				}
				close(release[i])
			}
			if err := <-ended; err != nil || len(*got) != 50 {
				t.Errorf("%d results, error %v", len(*got), err)
			}
		})
	}
}

func TestInOrderEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	ok := func(_ context.Context, i int) (int, error) { return i, nil }
	emit := func(int) error { return nil }
	items := func(yield func(int, error) bool) {
		for i := range 10 {
			if !yield(i, nil) {
				return
			}
		}
		yield(0, broken)
	}
	for name, run := range map[string]func() error{
		"of the items": func() error { return collect.FetchInOrder(t.Context(), 3, items, ok, emit) },
		"of fetch": func() error {
			return collect.FetchInOrder(t.Context(), 3, countTo(1_000_000), func(ctx context.Context, i int) (int, error) {
				if i == 5 {
					return 0, broken
				}
				if i > 5 {
					<-ctx.Done() // the others are canceled
					return 0, ctx.Err()
				}
				return i, nil
			}, emit)
		},
		"of emit": func() error {
			return collect.FetchInOrder(t.Context(), 3, countTo(1_000_000), ok, func(i int) error {
				if i == 5 {
					return broken
				}
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(); !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestInOrderEndsWithACanceledRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	emit, _ := recordEmitted()
	err := collect.FetchInOrder(ctx, 3, countTo(1_000_000), func(ctx context.Context, i int) (int, error) {
		if i == 2 {
			cancel()
		}
		<-ctx.Done()
		return 0, ctx.Err()
	}, emit)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestItemFailureEndsOnlyACanceledRun(t *testing.T) {
	t.Parallel()
	part := &collect.Part{}
	if err := collect.Tolerate(t.Context(), part, "kms", errors.New("denied")); err != nil {
		t.Errorf("the run ended with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := collect.Tolerate(ctx, part, "kms", errors.New("denied")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the run", err)
	}
}
