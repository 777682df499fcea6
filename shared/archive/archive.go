// Package archive moves a snapshot object out of data/ after every loader has taken it.
package archive

import (
	"context"
	"log/slog"
	"strings"

	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// Input is the input of the archive function.
type Input struct {
	Index snapshot.Index `json:"index"`
	Keep  bool           `json:"keep"` // leave the object where it is
}

// Output says where the object is now.
type Output struct {
	Key string `json:"key"`
}

// Handler is the archive function.
type Handler struct {
	// Bucket returns the store of a bucket.
	Bucket func(name string) *object.Store
}

// Handle moves the exact version that was loaded from data/ to loaded/. An archived object of the same name that has
// other content is kept: the new one then gets the time it was written as a suffix. Doing it again changes nothing.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	index := in.Index
	if in.Keep || !strings.HasPrefix(index.Key, snapshot.DataPrefix) {
		return Output{Key: index.Key}, nil
	}
	store := h.Bucket(index.Bucket)
	target := snapshot.LoadedPrefix + strings.TrimPrefix(index.Key, snapshot.DataPrefix)
	there, err := store.Head(ctx, target)
	if err != nil && !object.IsMissing(err) {
		return Output{}, fault.Classify(err)
	}
	if err == nil && there.ETag != index.ETag {
		if _, err := store.Head(ctx, index.Key); object.IsMissing(err) {
			return Output{Key: target}, nil // it was moved before; encryption gives a copy another ETag
		}
		target = strings.TrimSuffix(target, ".json") + "." + index.LastModified.Format("20060102T150405Z") + ".json"
	}
	version := object.Version{Key: index.Key, ETag: index.ETag, ID: index.Version}
	if err := store.Move(ctx, version, target); err != nil {
		return Output{}, fault.Classify(err)
	}
	slog.InfoContext(ctx, "archived", "account", index.Name.Account, "region", index.Name.Region, "key", index.Key, "target", target)
	return Output{Key: target}, nil
}
