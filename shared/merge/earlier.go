package merge

import (
	"context"
	"fmt"
	"slices"

	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// publishEarlier publishes the snapshots before the request's own again for which a source of this run staged a part,
// from all that is staged for them, and returns their keys. Where nothing else is staged any more, the snapshot holds
// only that part and the account's own section.
func (h Handler) publishEarlier(ctx context.Context, in collect.Input, asked []collect.Output) (keys []string, err error) {
	for before := 1; before <= in.EarlierDays; before++ {
		earlier := in.DaysBefore(before)
		if !slices.ContainsFunc(asked, func(o collect.Output) bool { return slices.Contains(o.Earlier, earlier.Date) }) {
			continue
		}
		name, err := earlier.Name()
		if err != nil {
			return nil, err
		}
		account, err := h.findAccount(ctx, name, asked)
		if err != nil {
			return nil, err
		}
		size, _, err := h.publishDocument(ctx, earlier, name, account)
		if err == nil {
			err = h.writePublished(ctx, name, Output{Key: name.Key(), Bytes: size})
		}
		if err != nil {
			return nil, fmt.Errorf("publishing %s again: %w", earlier.Date, err)
		}
		keys = append(keys, name.Key())
	}
	return keys, nil
}

// findAccount returns this run's output of the account, unless one is staged for the snapshot.
func (h Handler) findAccount(ctx context.Context, name snapshot.Name, asked []collect.Output) ([]collect.Output, error) {
	_, err := h.Staging.Head(ctx, name.OutputKey("account"))
	if err == nil {
		return nil, nil
	}
	if !object.IsMissing(err) {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(asked), func(o collect.Output) bool { return o.SourceName != "account" }), nil
}
