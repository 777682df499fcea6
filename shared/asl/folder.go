package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Folder is a Store of files: <machine>/<name>.json for an execution, <machine>/<label>/<name>.json for a child. The
// first line is the summary, the second the trail. Only one process may use a folder.
type Folder struct {
	root *os.Root

	mu   sync.Mutex
	list map[string]Summary // by ARN: executions without a parent, without their outputs
}

// OpenFolder returns the store in an existing folder.
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
		if errors.Is(err, ErrCut) {
			err = f.setAside(file)
		} else if err == nil {
			f.cacheSummary(s)
		}
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	return f, nil
}

// ErrCut is the error of a file that is not whole, such as after a power cut.
var ErrCut = errors.New("the file is not whole")

// childName is the end of the name of a child's file: the numbers of its map run and of its item.
var childName = regexp.MustCompile(`^-\d+-\d+\.json$`)

// Discard sets the file of an execution aside, so that it does not keep the others from starting, and deletes the
// execution's children.
func (f *Folder) Discard(arn string) error {
	file, err := executionFile(arn)
	if err != nil {
		return err
	}
	return f.setAside(file)
}

func (f *Folder) setAside(file string) error {
	slog.Warn("execution set aside: its file or that of a child is not whole", "file", file+".cut")
	machine, name := filepath.Split(strings.TrimSuffix(file, ".json"))
	children, err := fs.Glob(f.root.FS(), filepath.ToSlash(machine)+"*/"+name+"-*.json")
	if err != nil {
		return fmt.Errorf("listing the children in %s: %w", file, err)
	}
	for _, child := range children {
		if !childName.MatchString(strings.TrimPrefix(filepath.Base(child), name)) {
			continue // of another execution, whose name begins with this one
		}
		if err := f.root.Remove(child); err != nil {
			return fmt.Errorf("deleting a child: %w", err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.list, func(arn string, _ Summary) bool {
		listed, err := executionFile(arn)
		return err == nil && listed == filepath.FromSlash(file)
	})
	if err := f.root.Rename(file, file+".cut"); err != nil {
		return fmt.Errorf("setting an execution aside: %w", err)
	}
	return nil
}

// Close releases the folder.
func (f *Folder) Close() error { return f.root.Close() }

// List returns the summaries of executions without a parent.
func (f *Folder) List() []Summary {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Values(f.list))
}

// Summary reads the summary of an execution.
func (f *Folder) Summary(arn string) (Summary, error) {
	file, err := executionFile(arn)
	if err != nil {
		return Summary{}, err
	}
	return f.readSummary(file)
}

// Load reads a record. The error of an unknown ARN is fs.ErrNotExist.
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
		return r, fmt.Errorf("decoding execution %s: %w: %w", arn, ErrCut, err)
	}
	return r, nil
}

// Save writes the record; a reader sees either the earlier file or the new one.
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

// Forget deletes the executions that ended before t, and their children. Step Functions keeps them for 90 days.
func (f *Folder) Forget(t time.Time) error {
	for _, s := range f.List() {
		if s.Snapshot.Status == Running || !s.Snapshot.Stopped.Before(t) {
			continue
		}
		r, err := f.Load(s.ARN)
		if errors.Is(err, ErrCut) {
			r, err = Record{Summary: s}, nil
		}
		if err != nil {
			return err
		}
		if err := f.removeExecution(r); err != nil {
			return fmt.Errorf("deleting execution %s: %w", s.ARN, err)
		}
	}
	return nil
}

// removeExecution deletes an execution after its children, so that no child is left without its parent.
func (f *Folder) removeExecution(r Record) error {
	for _, run := range r.MapRuns {
		for _, child := range run.Children {
			inner, err := f.Load(child.ARN)
			if errors.Is(err, ErrCut) {
				inner, err = Record{Summary: Summary{ARN: child.ARN}}, nil
			}
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

// readSummary reads the first line of a file.
func (f *Folder) readSummary(file string) (s Summary, err error) {
	opened, err := f.root.Open(file)
	if err != nil {
		return s, fmt.Errorf("reading an execution: %w", err)
	}
	defer opened.Close()
	if err := json.NewDecoder(opened).Decode(&s); err != nil {
		return s, fmt.Errorf("decoding the execution in %s: %w: %w", file, ErrCut, err)
	}
	return s, nil
}

// cacheSummary keeps a summary for List.
func (f *Folder) cacheSummary(s Summary) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.Snapshot.Output = nil
	f.list[s.ARN] = s
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

// executionFile returns the path of an execution's file. The last two parts of an ARN are the machine, or the machine and
// the label, and the name.
func executionFile(arn string) (string, error) {
	parts := strings.Split(arn, ":")
	if len(parts) != 8 || parts[5] != "execution" || strings.Contains(parts[7], "/") {
		return "", fmt.Errorf("%q is not the ARN of an execution", arn)
	}
	return filepath.Join(parts[6], parts[7]+".json"), nil
}
