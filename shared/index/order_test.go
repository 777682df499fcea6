package index_test

import (
	"testing"
	"time"

	"view360/shared/index"
)

// TestLastWrittenOfOneNameIsNewest: the content of a snapshot without meta does not decide which version wins.
func TestLastWrittenOfOneNameIsNewest(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)
	before := date.Add(4 * time.Second) // that of versions that an earlier release loaded
	for interval := range 4 {
		for _, written := range []time.Time{date.AddDate(0, 0, 1), date.AddDate(0, 0, 1).Add(time.Second), date.AddDate(0, 0, 2), date.AddDate(20, 0, 0)} {
			at := index.ObserveByName(date, interval, "eu-west-1", written)
			if !at.After(before) || !at.Before(date.AddDate(0, 0, 1)) {
				t.Errorf("interval %d, written at %s: observed at %s, want after %s, on the date", interval, written, at, before)
			}
			before = at
		}
	}
	early := date.Add(10 * time.Second) // the date of a sender ahead of UTC
	if at := index.ObserveByName(date, 0, "eu-west-1", early); !at.Equal(early) {
		t.Errorf("written at %s: observed at %s, want not after it", early, at)
	}
}
