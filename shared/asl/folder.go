package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Folder is a Store of files: <machine>/<name>.json for an execution, <machine>/<label>/<name>.json for a child. The
// first line is the summary, the second the trail. Only one process may use a folder.
type Folder struct {
	root *os.Root

	mu   sync.Mutex
	list map[string]Summary // by ARN: executions without a parent, without their outputs
}

// OpenFolder returns the store in a folder that exists.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of executions: %w", err)
	}
	f := &Folder{root: root, list: map[string]Summary{}}
	files, err := fs.Glob(root.FS(), "*/*.json")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listing the executions: %w", err), root.Close())
	}
	for _, file := range files {
		s, err := f.readSummary(file)
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
		f.cacheSummary(s)
	}
	return f, nil
}

// readSummary reads the first line of a file.
func (f *Folder) readSummary(file string) (s Summary, err error) {
	opened, err := f.root.Open(file)
	if err != nil {
		return s, fmt.Errorf("reading an execution: %w", err)
	}
	defer opened.Close()
	if err := json.NewDecoder(opened).Decode(&s); err != nil {
		return s, fmt.Errorf("decoding the execution in %s: %w", file, err)
	}
	return s, nil
}

// Summary reads how an execution stands, without what it did.
func (f *Folder) Summary(arn string) (Summary, error) {
	file, err := executionFile(arn)
	if err != nil {
		return Summary{}, err
	}
	return f.readSummary(file)
}

// cacheSummary keeps a summary for the list.
func (f *Folder) cacheSummary(s Summary) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.Snapshot.Output = nil
	f.list[s.ARN] = s
}

// List returns the summaries of executions that have no parent.
func (f *Folder) List() []Summary {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Values(f.list))
}

// Close releases the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Save writes the record; a reader sees the earlier file or the new one, never a part.
func (f *Folder) Save(r Record) error {
	file, err := executionFile(r.ARN)
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	if err := errors.Join(encoder.Encode(r.Summary), encoder.Encode(r.Trail)); err != nil {
		return fmt.Errorf("encoding execution %s: %w", r.ARN, err)
	}
	if err := f.writeFile(file, lines.Bytes()); err != nil {
		return fmt.Errorf("writing execution %s: %w", r.ARN, err)
	}
	if r.Parent == "" {
		f.cacheSummary(r.Summary)
	}
	return nil
}

func (f *Folder) writeFile(file string, text []byte) error {
	if err := f.root.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := f.root.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return f.root.Rename(file+".new", file)
}

// Load reads a record. The error of one that does not exist is fs.ErrNotExist.
func (f *Folder) Load(arn string) (Record, error) {
	var r Record
	file, err := executionFile(arn)
	if err != nil {
		return r, err
	}
	opened, err := f.root.Open(file)
	if err != nil {
		return r, fmt.Errorf("reading execution %s: %w", arn, err)
	}
	defer opened.Close()
	decoder := json.NewDecoder(opened)
	if err := errors.Join(decoder.Decode(&r.Summary), decoder.Decode(&r.Trail)); err != nil {
		return r, fmt.Errorf("decoding execution %s: %w", arn, err)
	}
	return r, nil
}

// executionFile is where the execution of an ARN is: its last two parts are machine or machine/label, and name.
func executionFile(arn string) (string, error) {
	parts := strings.Split(arn, ":")
	if len(parts) != 8 || parts[5] != "execution" || strings.Contains(parts[7], "/") {
		return "", fmt.Errorf("%q is not the ARN of an execution", arn)
	}
	return filepath.Join(parts[6], parts[7]+".json"), nil
}
