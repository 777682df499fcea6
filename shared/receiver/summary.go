package receiver

import (
	"sync"

	"view360/shared/object"
)

// Summary counts what became of the snapshots of one drain.
type Summary struct {
	Loaded   int // and moved to loaded/
	Rejected int // no snapshots, moved to rejected/ with the reason beside them
	Failed   int // left under data/
	Busy     int // another receiver was at work on them
}

// loadStatus is how one snapshot ended.
type loadStatus int

const (
	loaded loadStatus = iota
	rejected
	failed
	busy
	gone // another receiver was faster
)

// tally is a summary that grows from several goroutines.
type tally struct {
	Summary
	failures []object.Version
	mu       sync.Mutex
}

func (t *tally) countStatus(v object.Version, o loadStatus) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch o {
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
