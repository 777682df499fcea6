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

// outcome is how one snapshot ended.
type outcome int

const (
	loaded outcome = iota
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

func (t *tally) add(v object.Version, o outcome) {
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
