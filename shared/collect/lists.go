package collect

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/sync/errgroup"
)

// List is one of several independent lists that fill one section.
type List[T any] struct {
	Name string // for messages: listing <Name>
	// Read calls visit with every element in order.
	Read func(ctx context.Context, visit func(T) error) error
}

// listAhead bounds the elements of a list that wait in memory while an earlier list is written.
const listAhead = 5000

// AddLists reads all lists in parallel and adds their elements to the section, one list after the other. A list that cannot
// be read is a warning of the section; it is an error only if all lists failed.
func AddLists[T any](ctx context.Context, part *Part, section string, lists []List[T]) error {
	found, failures := make([]chan T, len(lists)), make([]error, len(lists))
	group, reading := errgroup.WithContext(ctx)
	for i, list := range lists {
		found[i] = make(chan T, listAhead)
		group.Go(func() error {
			defer close(found[i])
			if err := list.Read(reading, sendTo(reading, found[i])); err != nil {
				failures[i] = fmt.Errorf("listing %s: %w", list.Name, err)
			}
			return nil
		})
	}
	group.Go(func() error {
		for _, list := range found {
			for element := range list {
				if err := part.Add(section, element); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return warnOrFail(part, section, failures)
}

// sendTo returns a visit that sends to found, and waits while it is full.
func sendTo[T any](ctx context.Context, found chan<- T) func(T) error {
	return func(element T) error {
		select {
		case found <- element:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// warnOrFail adds each failure as a warning, or returns all of them if every list failed.
func warnOrFail(part *Part, section string, failures []error) error {
	failed := 0
	for _, err := range failures {
		if err != nil {
			failed++
		}
	}
	if failed == len(failures) {
		return errors.Join(failures...)
	}
	for _, err := range failures {
		if err != nil {
			part.Warn(section, err)
		}
	}
	return nil
}

// VisitEach calls visit with every item, mapped by toValue, until the first error.
func VisitEach[Item, T any](items iter.Seq2[Item, error], toValue func(Item) T, visit func(T) error) error {
	for item, err := range items {
		if err != nil {
			return err
		}
		if err := visit(toValue(item)); err != nil {
			return err
		}
	}
	return nil
}
