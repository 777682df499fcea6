package collect

import (
	"context"
	"iter"

	"golang.org/x/sync/errgroup"
)

// FetchInOrder calls fetch for every item, at most limit (1 or more) at a time, and emit with one result after the other, in
// the order of the items. It ends with the first error of the items, fetch, or emit. Use it for one call for each item; the
// items may come from a paginator that is still reading.
func FetchInOrder[In, Out any](ctx context.Context, limit int, items iter.Seq2[In, error], fetch func(context.Context, In) (Out, error), emit func(Out) error) error {
	group, ctx := errgroup.WithContext(ctx)
	pending := make(chan chan Out, limit-1) // one more is held by the goroutine that calls emit
	group.Go(func() error {
		defer close(pending)
		for item, err := range items {
			if err != nil {
				return err
			}
			slot := make(chan Out, 1)
			select {
			case pending <- slot: // blocks while limit results are fetched or wait to be emitted
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				out, err := fetch(ctx, item)
				if err != nil {
					return err
				}
				slot <- out
				return nil
			})
		}
		return nil
	})
	group.Go(func() error {
		for slot := range pending {
			select {
			case out := <-slot:
				if err := emit(out); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

// ToSequence returns the items as a sequence for [FetchInOrder].
func ToSequence[Item any](items []Item) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// Tolerate adds err, if it is not nil, as a warning with that key and returns nil, so that the collector goes on with the next
// item. It returns the error of ctx if the whole run was canceled.
func Tolerate(ctx context.Context, part *Part, key string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		part.Warn(key, err)
	}
	return nil
}
