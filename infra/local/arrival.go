package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"

	"view360/shared/inprocess"
	"view360/shared/merge"
)

// loadArrivals loads each snapshot when it is published, as the arrival of an object under data/ does on AWS, until ctx
// ends. Publishing waits for a loader that is far behind.
func (d *demonstration) loadArrivals(ctx context.Context) {
	published := make(chan string, 1000)
	d.loader.progress = newProgress(io.Discard, false)
	d.watch(func(call inprocess.Call) {
		var out merge.Published
		if call.Function != mergeFunction || call.Err != nil || json.Unmarshal(call.Result, &out) != nil {
			return
		}
		select {
		case published <- out.Key:
		case <-ctx.Done():
		}
	})
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-published:
			if _, err := d.loader.loadOne(ctx, item{store: d.data, key: key}); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "arrival not loaded", "key", key, "error", err)
			}
		}
	}
}
