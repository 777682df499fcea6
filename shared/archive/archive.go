// Package archive moves a snapshot object from data/ to loaded/ after every table group is loaded.
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

// Output is the object's key after the call.
type Output struct {
	Key string `json:"key"`
}

// Handler is the archive function.
type Handler struct {
	// Bucket returns the store of a bucket.
	Bucket func(name string) *object.Store
}

// Handle moves the exact version that was loaded from data/ to loaded/. It keeps an archived object of the same name but
// different content: the new key then ends with the time that the object was written. Repeating a call has no effect. Its
// errors are those of package fault.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	index := in.Index
	if in.Keep || !strings.HasPrefix(index.Key, snapshot.DataPrefix) {
		return Output{Key: index.Key}, nil
	}
	store := h.Bucket(index.Bucket)
	target := snapshot.LoadedKey(index.Key)
	archived, err := store.Head(ctx, target)
	if err != nil && !object.IsMissing(err) {
		return Output{}, fault.Classify(err)
	}
	if err == nil && archived.ETag != index.ETag {
		if _, err := store.Head(ctx, index.Key); object.IsMissing(err) {
			return Output{Key: target}, nil // moved before; an encrypted copy has a different ETag
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
