package asl

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Folder is a Store of files: <machine>/<name>.json for an execution, <machine>/<label>/<name>.json for a child.
type Folder struct{ root *os.Root }

// OpenFolder returns the store in a folder that exists.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of executions: %w", err)
	}
	return &Folder{root}, nil
}

// Close releases the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Save writes the record; a reader sees the earlier file or the new one, never a part.
func (f *Folder) Save(r Record) error {
	file, err := fileOf(r.ARN)
	if err != nil {
		return err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encoding execution %s: %w", r.ARN, err)
	}
	if err := f.root.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("making the folder of execution %s: %w", r.ARN, err)
	}
	if err := f.root.WriteFile(file+".new", text, 0o600); err != nil {
		return fmt.Errorf("writing execution %s: %w", r.ARN, err)
	}
	if err := f.root.Rename(file+".new", file); err != nil {
		return fmt.Errorf("writing execution %s: %w", r.ARN, err)
	}
	return nil
}

// Load reads a record. The error of one that does not exist is fs.ErrNotExist.
func (f *Folder) Load(arn string) (Record, error) {
	var r Record
	file, err := fileOf(arn)
	if err != nil {
		return r, err
	}
	text, err := f.root.ReadFile(file)
	if err != nil {
		return r, fmt.Errorf("reading execution %s: %w", arn, err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("decoding execution %s: %w", arn, err)
	}
	return r, nil
}

// fileOf is where the execution of an ARN is: its last two parts are machine or machine/label, and name.
func fileOf(arn string) (string, error) {
	parts := strings.Split(arn, ":")
	if len(parts) != 8 || parts[5] != "execution" || strings.Contains(parts[7], "/") {
		return "", fmt.Errorf("%q is not the ARN of an execution", arn)
	}
	return filepath.Join(parts[6], parts[7]+".json"), nil
}
