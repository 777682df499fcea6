// Package index validates a snapshot object and finds where its sections lie. It reads the object once as a stream and
// holds nothing of it, whatever its size.
package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// Input is the input: an object by bucket and key, or the event that S3 sends through EventBridge when one was created.
type Input struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Detail Detail `json:"detail"`
	// Keep: leave the object where it is, whatever becomes of it.
	Keep bool `json:"keep"`
	// Reload: load it again even if the ledger says that it is loaded.
	Reload bool `json:"reload"`
}

// Detail is the part of an "Object Created" event that says which object.
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

// Statuses of a result.
const (
	Indexed  = "indexed"
	Rejected = "rejected" // it is no snapshot
)

// Output is the output.
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
	// MaxBytes is the size from which an object is rejected; 0 means 5 GiB, the most that one copy request can move.
	MaxBytes int64
	Now      func() time.Time // nil: the clock
}

const maxBytes = 5 << 30

// Handle indexes the object. What is not a snapshot is a result with the reason, not an error: it is moved to rejected/
// with a file beside it that says why, unless Keep.
func (h Handler) Handle(ctx context.Context, request Input) (Output, error) {
	result, err := h.index(ctx, request)
	return result, fault.Classify(err)
}

func (h Handler) index(ctx context.Context, request Input) (Output, error) {
	version := object.Version{Key: request.Key}
	if request.Key == "" { // the event; its ETag has no quotes
		version = object.Version{Key: request.Detail.Object.Key, ID: request.Detail.Object.Version}
		request.Bucket = request.Detail.Bucket.Name
	}
	if version.Key == "" || request.Bucket == "" {
		return Output{}, fault.New(outcome.Invalid, `the input names no object: give {"bucket": …, "key": …} or an "Object Created" event`)
	}
	store := h.Bucket(request.Bucket)
	body, version, err := store.Open(ctx, version)
	if err != nil {
		return Output{}, err
	}
	defer body.Close()
	result := Output{Status: Indexed, Keep: request.Keep, Reload: request.Reload}
	result.Index, err = h.read(ctx, store, body, version)
	var unfit *unfitError
	if errors.As(err, &unfit) {
		return h.reject(ctx, store, version, request, unfit)
	}
	if err != nil {
		return Output{}, fmt.Errorf("indexing %s: %w", version.Key, err)
	}
	slog.InfoContext(ctx, "indexed", "account", result.Index.Name.Account, "region", result.Index.Name.Region, "key", version.Key,
		"bytes", version.Size, "sections", len(result.Index.Sections), "problems", len(result.Index.Problems))
	return result, nil
}

// unfitError says why an object is no snapshot.
type unfitError struct {
	reason string
	offset int64 // of the byte where it shows; -1 where there is none
}

func (u *unfitError) Error() string { return u.reason }

func unfit(offset int64, format string, args ...any) error {
	return &unfitError{fmt.Sprintf(format, args...), offset}
}

// Reason is the file beside a rejected object.
type Reason struct {
	Key    string    `json:"key"`
	Reason string    `json:"reason"`
	Offset *int64    `json:"offset,omitempty"` // byte where it shows
	Size   int64     `json:"size"`
	ETag   string    `json:"etag"`
	At     time.Time `json:"at"`
	ToDo   string    `json:"to_do"`
}

func (h Handler) reject(ctx context.Context, store *object.Store, version object.Version, request Input, why *unfitError) (Output, error) {
	result := Output{Status: Rejected, Reason: why.reason, Keep: request.Keep, Reload: request.Reload}
	slog.WarnContext(ctx, "rejected", "key", version.Key, "reason", why.reason, "offset", why.offset, "bytes", version.Size)
	if request.Keep {
		return result, nil
	}
	target, reasonKey := snapshot.RejectedKey(version.Key)
	now := time.Now
	if h.Now != nil {
		now = h.Now
	}
	reason := Reason{
		Key: version.Key, Reason: why.reason, Size: version.Size, ETag: version.ETag, At: now().UTC(),
		ToDo: "Mend the object and put it under " + snapshot.DataPrefix + " again, or delete it here.",
	}
	if why.offset >= 0 {
		reason.Offset = &why.offset
	}
	if err := store.PutJSON(ctx, reasonKey, reason); err != nil {
		return Output{}, err
	}
	return result, store.Move(ctx, version, target)
}

// metaLimit bounds the snapshot's own description; it has a few lines for each source.
const metaLimit = 1 << 20

// applyMeta fills in what the snapshot says of itself: when, and how complete, each section was collected.
//
// A sender that does not say when it collected gets the snapshot's date, and longer intervals of the same date a second
// more each, so that each has its row in logs. Two versions of one name would then be equally old, so the content decides
// within the second: whatever the order in which they are loaded, the outcome is the same.
func (h Handler) applyMeta(ctx context.Context, store *object.Store, index *snapshot.Index, content uint64) error {
	second := slices.Index([]snapshot.Interval{snapshot.Daily, snapshot.Weekly, snapshot.Monthly, snapshot.Yearly}, index.Name.Interval)
	index.CollectedAt = index.Name.Date.Add(time.Duration(second) * time.Second)
	observed := index.CollectedAt.Add(time.Duration(content%1_000_000) * time.Microsecond)
	place, described := index.Sections["meta"]
	delete(index.Sections, "meta")
	index.Meta = place
	var meta snapshot.Meta
	if described && place.End-place.Start <= metaLimit {
		body, err := store.OpenRange(ctx, object.Version{Key: index.Key, ETag: index.ETag, ID: index.Version}, place.Start, place.End)
		if err != nil {
			return err
		}
		defer body.Close()
		if err := json.NewDecoder(body).Decode(&meta); err != nil {
			return unfit(place.Start, "meta cannot be read: %v", err)
		}
	}
	if !meta.CollectedAt.IsZero() {
		index.CollectedAt = meta.CollectedAt.UTC()
		observed = index.CollectedAt
	}
	for path, r := range index.Sections {
		r.ObservedAt = observed
		if section, known := lookup(meta.Sections, path); known {
			r.ObservedAt, r.Complete, r.Partial = section.CollectedAt.UTC(), section.Complete, !section.Complete
		}
		index.Sections[path] = r
	}
	return nil
}

// lookup finds the description of a path or of the nearest section around it.
func lookup(sections map[string]snapshot.MetaSection, path string) (snapshot.MetaSection, bool) {
	for {
		if section, known := sections[path]; known {
			return section, true
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return snapshot.MetaSection{}, false
		}
		path = path[:i]
	}
}
