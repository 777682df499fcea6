package snapshot

import (
	"encoding/json"
	"fmt"
	"time"
)

// Time is a timestamp with the text form of snapshots: ISO 8601 in UTC with +00:00, and six fractional digits only if the
// microseconds are not zero.
type Time struct{ time.Time }

// TimeOf returns t as a snapshot timestamp, or nil for nil, which is written as null.
func TimeOf(t *time.Time) *Time {
	if t == nil {
		return nil
	}
	return &Time{*t}
}

// String returns the snapshot's text form of t.
func (t Time) String() string {
	utc := t.UTC().Truncate(time.Microsecond)
	if utc.Nanosecond() == 0 {
		return utc.Format("2006-01-02T15:04:05-07:00")
	}
	return utc.Format("2006-01-02T15:04:05.000000-07:00")
}

// MarshalJSON writes the text form.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON reads any RFC 3339 text, with or without a fraction.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("reading a timestamp: %w", err)
	}
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("reading a timestamp: %w", err)
	}
	t.Time = parsed
	return nil
}
