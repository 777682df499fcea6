package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"view360/shared/snapshot"
	"view360/shared/summary"
)

// archiveFile moves a file as the archive step moves an object: data/ to loaded/ or rejected/, with the reason beside it.
func archiveFile(file string, result summary.LoadedSnapshot) error {
	folder := strings.TrimSuffix(snapshot.LoadedPrefix, "/")
	if result.Status == summary.Rejected {
		folder = strings.TrimSuffix(snapshot.RejectedPrefix, "/")
	}
	parts := strings.Split(filepath.ToSlash(file), "/")
	i := slices.Index(parts, "data")
	if i < 0 {
		return fmt.Errorf("archiving %s: it is not under a folder named data", file)
	}
	parts[i] = folder
	target := filepath.FromSlash(strings.Join(parts, "/"))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("archiving %s: %w", file, err)
	}
	if info, err := os.Stat(file); err == nil && fileExists(target) { // an earlier snapshot of the same name is kept
		target = strings.TrimSuffix(target, ".json") + "." + info.ModTime().UTC().Format("20060102T150405.000000000Z") + ".json"
	}
	if result.Status == summary.Rejected {
		reason, err := json.MarshalIndent(map[string]string{"file": file, "reason": result.Reason}, "", "  ")
		if err := errors.Join(err, os.WriteFile(target+".reason.json", reason, 0o600)); err != nil {
			return fmt.Errorf("archiving %s: %w", file, err)
		}
	}
	return os.Rename(file, target)
}

func fileExists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
