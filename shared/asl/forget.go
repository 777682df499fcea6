package asl

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Forget deletes the executions that ended before t, and their children. Step Functions keeps them for 90 days.
func (f *Folder) Forget(t time.Time) error {
	for _, s := range f.List() {
		if s.Snapshot.Status == Running || !s.Snapshot.Stopped.Before(t) {
			continue
		}
		r, err := f.Load(s.ARN)
		if err != nil {
			return err
		}
		if err := f.removeExecution(r); err != nil {
			return fmt.Errorf("deleting execution %s: %w", s.ARN, err)
		}
	}
	return nil
}

// removeExecution deletes an execution after its children, so that none is left without it.
func (f *Folder) removeExecution(r Record) error {
	for _, run := range r.MapRuns {
		for _, child := range run.Children {
			inner, err := f.Load(child.ARN)
			if err == nil {
				err = f.removeExecution(inner)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	file, err := executionFile(r.ARN)
	if err != nil {
		return err
	}
	f.mu.Lock()
	delete(f.list, r.ARN)
	f.mu.Unlock()
	return f.root.Remove(file)
}
