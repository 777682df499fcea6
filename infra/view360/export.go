package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"view360/shared/merge"
	"view360/shared/object"
)

// delivery moves published snapshots from the embedded store to a folder. What is in the store is not delivered yet: what a
// killed process published, the next one delivers.
type delivery struct {
	published *object.Store
	dir       string

	mu sync.Mutex // one at a time
}

// nameOutBucket returns the name of the bucket for what is published for a folder.
func nameOutBucket(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "out-" + hex.EncodeToString(sum[:8])
}

// deliverAll moves everything that is published.
func (d *delivery) deliverAll(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var waiting []object.Version
	err := d.published.List(ctx, "data/", func(v object.Version) error {
		waiting = append(waiting, v)
		return nil
	})
	if err != nil {
		return err
	}
	for _, v := range waiting { // one that cannot be written keeps none of the others back
		err = errors.Join(err, d.deliver(ctx, v))
	}
	return err
}

// deliver writes one snapshot, whole or not at all, and removes it from the store unless it was published again meanwhile.
func (d *delivery) deliver(ctx context.Context, v object.Version) error {
	body, version, err := d.published.Open(ctx, object.Version{Key: v.Key})
	if object.IsMissing(err) {
		return nil // moved since it was listed
	}
	if err != nil {
		return err
	}
	defer body.Close()
	target := filepath.Join(d.dir, filepath.FromSlash(v.Key))
	content, err := combineWithFile(target, body)
	if err == nil {
		err = writeFile(target, content)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", target, err)
	}
	if err := d.published.Delete(ctx, version); err != nil && !object.IsReplaced(err) {
		return err
	}
	return nil
}

// combineWithFile returns the content of a snapshot, with what a file that exists has besides.
func combineWithFile(path string, body io.Reader) (io.Reader, error) {
	older, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return body, nil
	}
	if err != nil {
		return nil, err
	}
	newer, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	combined, err := merge.Combine(older, newer)
	if err != nil {
		return nil, fmt.Errorf("%w: move the file away, and run again with --resume", err)
	}
	return bytes.NewReader(combined), nil
}

// writeFile writes a file so that a crash leaves the old one or the new one.
func writeFile(path string, content io.Reader) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".snapshot-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
