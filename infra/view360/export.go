package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"view360/shared/merge"
	"view360/shared/object"
)

// exportReports moves the published snapshots of a run to a folder.
func exportReports(ctx context.Context, data *object.Store, reports []merge.Report, dir string) error {
	for _, report := range reports {
		for _, key := range append(report.Earlier, report.Key) {
			if err := exportSnapshot(ctx, data, key, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// exportSnapshot moves a published snapshot from the embedded store to the folder, whole or not at all.
func exportSnapshot(ctx context.Context, data *object.Store, key, dir string) (err error) {
	body, version, err := data.Open(ctx, object.Version{Key: key})
	if err != nil {
		return err
	}
	defer body.Close()
	target := filepath.Join(dir, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("creating the output folder: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(target), ".snapshot-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", target, err)
	}
	_, err = file.ReadFrom(body)
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", target, err), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), target); err != nil {
		return fmt.Errorf("writing %s: %w", target, err)
	}
	return data.Delete(ctx, version)
}
