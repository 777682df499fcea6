package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"view360/shared/snapshot"
)

// holder is the process that uses a state folder.
type holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// lockState takes a state folder for this process, until the returned function is called or the process ends. It fails at
// once, with the process that has it, if another one does: objects, executions and the embedded database are one
// process's.
func lockState(g *globals) (unlock func(), err error) {
	if err := os.MkdirAll(g.State, 0o700); err != nil {
		return nil, fmt.Errorf("creating the state folder: %w", err)
	}
	lock, note := flock.New(filepath.Join(g.State, "lock")), filepath.Join(g.State, "holder.json")
	free, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the state folder: %w", err)
	}
	if !free {
		return nil, fmt.Errorf("the state folder %s is in use by %s: wait until it ends, or name another folder with --state", g.State, readHolder(note))
	}
	text, err := json.Marshal(holder{os.Getpid(), programName + " " + g.command, time.Now().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(note, text, 0o600)
	}
	if err != nil {
		_ = lock.Unlock() // the first error says more
		return nil, fmt.Errorf("writing who uses the state folder: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil // ends with the process at the latest
}

// readHolder describes the process that has the lock, as far as its note tells.
func readHolder(note string) string {
	var h holder
	text, err := os.ReadFile(note)
	if err != nil || json.Unmarshal(text, &h) != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d (%s, since %s)", h.PID, h.Command, h.Since.Format(time.DateTime))
}

// The days after which objects end, as by the lifecycle rules of a deployment's buckets.
const (
	stagingDays  = 30
	rejectedDays = 90
	loadedDays   = 90
)

// expireObjects deletes objects whose time is over, and what a killed load left in the inbox.
func (o objects) expireObjects(now time.Time) error {
	for _, rule := range []struct {
		bucket, prefix string
		days           int
	}{
		{stagingBucket, "", stagingDays}, {dataBucket, snapshot.RejectedPrefix, rejectedDays}, {dataBucket, snapshot.LoadedPrefix, loadedDays}, {inboxBucket, "", 0},
	} {
		if err := o.Expire(rule.bucket, rule.prefix, now.AddDate(0, 0, -rule.days)); err != nil {
			return err
		}
	}
	return nil
}
