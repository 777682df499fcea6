// Package index validates a snapshot object and finds the byte ranges of its sections. It reads the object once, as a
// stream, so that memory does not depend on its size.
package index

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// Input is an object by bucket and key, or the event that S3 sends through EventBridge for a new object.
type Input struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Detail Detail `json:"detail"`
	// Keep: do not move the object, not even if it is rejected.
	Keep bool `json:"keep"`
	// Reload: load the object again even if the ledger has it as loaded.
	Reload bool `json:"reload"`
}

// Detail is the part of an "Object Created" event that identifies the object.
type Detail struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key     string `json:"key"`
		ETag    string `json:"etag"`
		Version string `json:"version-id"`
	} `json:"object"`
}

// The statuses of an output.
const (
	Indexed  = "indexed"
	Rejected = "rejected" // not a snapshot
)

// Output is the index, or the reason of the rejection.
type Output struct {
	Status string         `json:"status"`
	Reason string         `json:"reason,omitempty"` // of a rejection
	Index  snapshot.Index `json:"index"`
	Keep   bool           `json:"keep"`
	Reload bool           `json:"reload"`
}

// Handler is the index function.
type Handler struct {
	// Bucket returns the store of a bucket.
	Bucket func(name string) *object.Store
	// MaxBytes is the size of the largest object that is accepted; 0 means 5 GiB, the limit of one copy request.
	MaxBytes int64
	Now      func() time.Time // nil: the clock
}

const maxBytes = 5 << 30

// Handle indexes the object. It reports an invalid object as rejected, with a reason, and returns no error: the object is
// moved to rejected/ with a [RejectionFile] beside it, unless Keep is set.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	out, err := h.indexObject(ctx, in)
	return out, fault.Classify(err)
}

func (h Handler) indexObject(ctx context.Context, in Input) (Output, error) {
	version := object.Version{Key: in.Key}
	if in.Key == "" { // an event; its ETag has no quotes
		version = object.Version{Key: in.Detail.Object.Key, ID: in.Detail.Object.Version}
		in.Bucket = in.Detail.Bucket.Name
	}
	if version.Key == "" || in.Bucket == "" {
		return Output{}, fault.New(outcome.Invalid, `the input does not name an object: give {"bucket": …, "key": …} or an "Object Created" event`)
	}
	store := h.Bucket(in.Bucket)
	body, version, err := store.Open(ctx, version)
	if err != nil {
		return Output{}, err
	}
	defer body.Close()
	out := Output{Status: Indexed, Keep: in.Keep, Reload: in.Reload}
	out.Index, err = h.scanObject(ctx, store, body, version)
	var invalid *invalidError
	if errors.As(err, &invalid) {
		return h.moveRejected(ctx, store, version, in, invalid)
	}
	if err != nil {
		return Output{}, fmt.Errorf("indexing %s: %w", version.Key, err)
	}
	slog.InfoContext(ctx, "indexed", "account", out.Index.Name.Account, "region", out.Index.Name.Region, "key", version.Key,
		"bytes", version.Size, "sections", len(out.Index.Sections), "problems", len(out.Index.Problems))
	return out, nil
}

// scanObject returns the index of an object. The error is an invalidError if the object is not a snapshot.
func (h Handler) scanObject(ctx context.Context, store *object.Store, body io.Reader, version object.Version) (snapshot.Index, error) {
	index := snapshot.Index{
		Bucket: store.Bucket(), Key: version.Key, ETag: version.ETag, Version: version.ID, Size: version.Size,
		LastModified: version.LastModified.UTC(), Sections: map[string]snapshot.Range{},
	}
	name, err := snapshot.ParseKey(version.Key)
	if err != nil {
		return index, newInvalid(-1, "%v", err)
	}
	index.Name = name
	limit := h.MaxBytes
	if limit == 0 {
		limit = maxBytes
	}
	if version.Size > limit {
		return index, newInvalid(-1, "it has %d bytes, more than the %d that are loaded", version.Size, limit)
	}
	body, foreign, err := detectFormat(body)
	if err != nil {
		return index, err
	}
	if foreign != "" {
		return index, newInvalid(0, "%s", foreign)
	}
	// Half a surrogate pair is valid JSON, and the loaders replace it. The reader rejects bytes that are not UTF-8.
	d := jsontext.NewDecoder(&checkedReader{source: body}, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	s := scanner{d: d, index: &index, seen: map[string]bool{}}
	if err := s.scanDocument(); err != nil {
		return index, s.explainError(err)
	}
	if err := s.checkIdentity(); err != nil {
		return index, err
	}
	if err := h.applyMeta(ctx, store, &index); err != nil {
		return index, err
	}
	return index, h.checkTimes(index)
}
