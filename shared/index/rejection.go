package index

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"view360/shared/object"
	"view360/shared/snapshot"
)

// invalidError is the reason why an object is not a snapshot.
type invalidError struct {
	reason string
	offset int64 // of the first invalid byte; -1 if the reason has none
}

// Error returns the reason.
func (e *invalidError) Error() string { return e.reason }

func newInvalid(offset int64, format string, args ...any) error {
	return &invalidError{fmt.Sprintf(format, args...), offset}
}

// RejectionFile is the content of the file beside a rejected object.
type RejectionFile struct {
	Key    string    `json:"key"`
	Reason string    `json:"reason"`
	Offset *int64    `json:"offset,omitempty"` // of the first invalid byte
	Size   int64     `json:"size"`
	ETag   string    `json:"etag"`
	At     time.Time `json:"at"`
	ToDo   string    `json:"to_do"`
}

// moveRejected moves an invalid object to rejected/ and writes the reason beside it, unless Keep is set.
func (h Handler) moveRejected(ctx context.Context, store *object.Store, version object.Version, in Input, invalid *invalidError) (Output, error) {
	out := Output{Status: Rejected, Reason: invalid.reason, Keep: in.Keep, Reload: in.Reload}
	slog.WarnContext(ctx, "rejected", "key", version.Key, "reason", invalid.reason, "offset", invalid.offset, "bytes", version.Size)
	if in.Keep {
		return out, nil
	}
	target, reasonKey := snapshot.RejectedKey(version.Key)
	reason := RejectionFile{
		Key: version.Key, Reason: invalid.reason, Size: version.Size, ETag: version.ETag, At: h.readClock().UTC(),
		ToDo: "Fix the object and put it under " + snapshot.DataPrefix + " again, or delete it here.",
	}
	if invalid.offset >= 0 {
		reason.Offset = &invalid.offset
	}
	if err := store.PutJSON(ctx, reasonKey, reason); err != nil {
		return Output{}, err
	}
	return out, store.Move(ctx, version, target)
}

func (h Handler) readClock() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}
