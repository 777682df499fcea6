package main

import (
	"context"
	"io"
	"log/slog"

	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// loadArrivals loads snapshots when they are published, as the arrival of an object under data/ does on AWS, until ctx
// ends. One publication may bring several: a span of days is read at once.
func (d *demonstration) loadArrivals(ctx context.Context) {
	published := make(chan struct{}, 1)
	d.loader.progress = newProgress(io.Discard, false)
	d.watchCalls(func(call inprocess.Call) {
		if call.Function != mergeFunction || call.Err != nil {
			return
		}
		select {
		case published <- struct{}{}:
		default: // the next look finds it too
		}
	})
	seen := map[string]string{} // the version of each object that was loaded or could not be
	for {
		select {
		case <-ctx.Done():
			return
		case <-published:
		}
		if err := d.loadNew(ctx, seen); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "arrivals not loaded", "error", err)
		}
	}
}

// loadNew loads what lies under data/ and was not seen yet.
func (d *demonstration) loadNew(ctx context.Context, seen map[string]string) error {
	var arrived []object.Version
	err := d.data.List(ctx, snapshot.DataPrefix, func(v object.Version) error {
		if seen[v.Key] != v.ETag {
			arrived = append(arrived, v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, v := range arrived {
		seen[v.Key] = v.ETag
		if _, err := d.loader.loadItem(ctx, item{store: d.data, key: v.Key}); err != nil {
			return err
		}
	}
	return nil
}
