package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/object"
	"view360/shared/snapshot"
)

// item is one snapshot to load: an object, or a file that becomes one while it is loaded.
type item struct {
	store *object.Store // nil: a file
	key   string
	file  string
}

// displayName returns the path or URL that the user knows.
func (i item) displayName() string {
	if i.file != "" {
		return i.file
	}
	return "s3://" + i.store.Bucket() + "/" + i.key
}

// orderKey returns the account: its snapshots are loaded in order, oldest first.
func (i item) orderKey() string {
	name, err := snapshot.ParseKey(i.key)
	if err != nil {
		return i.key
	}
	return name.Account
}

// findItems lists the snapshots that the paths name.
func (l loadCommand) findItems(ctx context.Context) ([]item, error) {
	var items []item
	for _, path := range l.Paths {
		found, err := l.findItemsIn(ctx, path)
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	return items, nil
}

func (l loadCommand) findItemsIn(ctx context.Context, path string) ([]item, error) {
	if location, isS3 := strings.CutPrefix(path, "s3://"); isS3 {
		return l.findObjects(ctx, location)
	}
	var items []item
	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || filepath.Ext(file) != ".json" && file != path {
			return nil
		}
		items = append(items, item{file: file, key: buildKey(file)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for snapshots: %w", err)
	}
	return items, nil
}

func (l loadCommand) findObjects(ctx context.Context, location string) ([]item, error) {
	cfg, err := l.loadConfig(ctx)
	if err != nil {
		return nil, err
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cfg.BaseEndpoint != nil })
	bucket, prefix, _ := strings.Cut(location, "/")
	store := object.New(client, bucket, object.Options{})
	var items []item
	err = store.List(ctx, prefix, func(v object.Version) error {
		if v.Size > 0 && strings.HasSuffix(v.Key, ".json") {
			items = append(items, item{store: store, key: v.Key})
		}
		return nil
	})
	return items, err
}

// buildKey returns the object key of a file: the end of its path with account, region, date and interval.
// Another name becomes a key that Index rejects with what a name should be.
func buildKey(file string) string {
	if key, found := snapshot.FindKey(filepath.ToSlash(file)); found {
		return key
	}
	return snapshot.DataPrefix + filepath.Base(file)
}
