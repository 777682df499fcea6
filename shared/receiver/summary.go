package receiver

import (
	"sync"

	"view360/shared/object"
)

// Summary counts the snapshots of one drain by load status.
type Summary struct {
	Loaded   int // and moved to loaded/
	Rejected int // invalid, and moved to rejected/ with the reason beside them
	Failed   int // left under data/
	Busy     int // locked by another receiver
}

// loadStatus is the result of one load.
type loadStatus int

const (
	loaded loadStatus = iota
	rejected
	failed
	busy
	gone // another receiver loaded it
)

// tally is a summary that is safe for concurrent use.
type tally struct {
	Summary
	failures []object.Version
	mu       sync.Mutex
}

func (t *tally) countStatus(v object.Version, status loadStatus) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch status {
	case loaded:
		t.Loaded++
	case rejected:
		t.Rejected++
	case busy:
		t.Busy++
	case failed:
		t.Failed++
		t.failures = append(t.failures, v)
	}
}
