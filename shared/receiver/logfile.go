package receiver

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
)

// LogFile is a rotated log: PATH, and the older PATH.1 to PATH.n. Several processes may write to it; each line goes whole
// into the newest file.
type LogFile struct {
	path  string
	limit int64 // bytes
	keep  int
	mu    sync.Mutex
	file  *os.File
}

// OpenLogFile opens the log at path for appending. Write rotates it before it exceeds limit bytes and keeps keep older
// files, so the log uses at most (keep+1)·limit bytes.
func OpenLogFile(path string, limit int64, keep int) (*LogFile, error) {
	l := &LogFile{path: path, limit: limit, keep: max(keep, 1)}
	if err := l.openFile(); err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	return l, nil
}

// Write appends one line, after rotating the log if it is full.
func (l *LogFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.prepareFile(int64(len(line))); err != nil {
		return 0, fmt.Errorf("rotating the log: %w", err)
	}
	return l.file.Write(line)
}

// Close closes the file.
func (l *LogFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

func (l *LogFile) openFile() (err error) {
	l.file, err = os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	return err
}

// prepareFile opens the newest file, and rotates the log if that has no room for so many bytes.
func (l *LogFile) prepareFile(bytes int64) error {
	mine, err := l.file.Stat()
	if err != nil {
		return err
	}
	newest, err := os.Stat(l.path)
	switch {
	case errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(mine, newest): // rotated by another process
		return l.reopenFile()
	case err != nil:
		return err
	case mine.Size() == 0 || mine.Size()+bytes <= l.limit:
		return nil
	}
	for n := l.keep; n > 1; n-- {
		if err := os.Rename(l.buildOlderPath(n-1), l.buildOlderPath(n)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(l.path, l.buildOlderPath(1)); err != nil {
		return err
	}
	return l.reopenFile()
}

func (l *LogFile) reopenFile() error {
	if err := l.file.Close(); err != nil {
		return err
	}
	return l.openFile()
}

func (l *LogFile) buildOlderPath(n int) string { return l.path + "." + strconv.Itoa(n) }
