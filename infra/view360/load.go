package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"view360/shared/loaders"
	"view360/shared/object"
	"view360/shared/snapshot"
	"view360/shared/summary"
)

type loadCommand struct {
	Paths       []string `arg:"" name:"path" help:"Snapshot files, folders of them, or s3://bucket/prefix."`
	DatabaseURL string   `help:"PostgreSQL to load into (default: the embedded one)." placeholder:"URL"`
	Archive     bool     `help:"Move loaded snapshots from data/ to loaded/, and files that are not snapshots to rejected/."`
	profileFlag
}

// Help returns the text of load --help.
func (loadCommand) Help() string {
	return `Runs the load state machine for each snapshot. Loading a snapshot again changes nothing. Loading an older snapshot
after a newer one adds its dated rows and keeps the current state.

Examples:
  ` + calledAs + ` load snapshots
  ` + calledAs + ` load s3://analytics-bucket/data/ --database-url postgres://loader@db.example.com/core?sslmode=verify-full
  ` + calledAs + ` load --json snapshots/data/111122223333 > result.json`
}

// Run loads every snapshot that the paths name.
func (l loadCommand) Run(ctx context.Context, g *globals, out *output) error {
	items, err := l.find(ctx)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return fmt.Errorf("no .json files under %s", strings.Join(l.Paths, ", "))
	}
	db, err := openDatabase(ctx, g.State, l.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	objects, err := openObjects(g.State)
	if err != nil {
		return err
	}
	defer objects.Close()

	started := time.Now()
	shown := newProgress(out.err, out.json)
	p := newPipeline(objects.openBucket(stagingBucket))
	removeExecutions, err := p.keepWhileRunning(g.State)
	if err != nil {
		return err
	}
	defer removeExecutions()
	loader, err := newLoader(p, db, objects.openBucket(inboxBucket), shown, !l.Archive)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.store != nil {
			loader.stores[i.store.Bucket()] = i.store
		}
	}
	ended, err := loader.load(ctx, items)
	shown.stop()
	if err != nil {
		return err
	}
	ended.DurationMS = time.Since(started).Milliseconds()
	if err := out.print(ended); err != nil {
		return err
	}
	if !out.json {
		fmt.Fprintf(out.out, "\nThe data is in %s\n", db.URL)
	}
	return checkClean(ended.Clean())
}

// item is one snapshot to load: an object, or a file that becomes one while it is loaded.
type item struct {
	store *object.Store // nil: a file
	key   string
	file  string
}

// name is what the user knows the item by.
func (i item) name() string {
	if i.file != "" {
		return i.file
	}
	return "s3://" + i.store.Bucket() + "/" + i.key
}

// group is what has to be loaded in order: the snapshots of one account, oldest first.
func (i item) group() string {
	name, err := snapshot.ParseKey(i.key)
	if err != nil {
		return i.key
	}
	return name.Account
}

// find lists the snapshots that the paths name.
func (l loadCommand) find(ctx context.Context) ([]item, error) {
	var items []item
	for _, path := range l.Paths {
		found, err := l.findIn(ctx, path)
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	return items, nil
}

func (l loadCommand) findIn(ctx context.Context, path string) ([]item, error) {
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
		items = append(items, item{file: file, key: keyOf(file)})
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

// keyOf is the object key that a file stands for: the end of its path that says account, region, date and interval.
// Another name becomes a key that Index rejects with what a name should be.
func keyOf(file string) string {
	if key, found := snapshot.FindKey(filepath.ToSlash(file)); found {
		return key
	}
	return snapshot.DataPrefix + filepath.Base(file)
}

// accountsAtOnce bounds the accounts whose snapshots are loaded side by side.
const accountsAtOnce = 3

// load loads the items, those of one account one after the other, oldest first.
func (l *loader) load(ctx context.Context, items []item) (*summary.LoadRun, error) {
	order := map[string][]item{}
	var groups []string
	for _, i := range items {
		if _, known := order[i.group()]; !known {
			groups = append(groups, i.group())
		}
		order[i.group()] = append(order[i.group()], i)
	}
	l.watchGroups()
	l.progress.say("loading %d snapshots of %d accounts", len(items), len(groups))
	l.progress.expect("accounts", len(groups))
	l.progress.expect("snapshots", len(items))
	l.progress.expect("table groups", len(items)*len(loaders.Groups))
	ended := &summary.LoadRun{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(accountsAtOnce)
	for _, name := range groups {
		list := order[name]
		slices.SortStableFunc(list, func(a, b item) int { return strings.Compare(filepath.Base(a.key), filepath.Base(b.key)) })
		group.Go(func() error {
			for _, i := range list {
				result, err := l.loadOne(ctx, i)
				if err != nil {
					return err
				}
				ended.Add(result)
			}
			l.progress.done("accounts")
			return nil
		})
	}
	return ended, group.Wait()
}

// loadOne runs the load machine for one item.
func (l *loader) loadOne(ctx context.Context, i item) (summary.LoadedSnapshot, error) {
	store := i.store
	if store == nil {
		if err := l.stage(ctx, i); err != nil {
			return summary.LoadedSnapshot{}, err
		}
		store = l.inbox
	}
	result, err := l.run(ctx, store, i)
	if i.store != nil || err != nil {
		return result, err
	}
	if err := l.inbox.Delete(ctx, object.Version{Key: i.key}); err != nil {
		return result, err
	}
	if l.keep || result.Status == summary.Failed {
		return result, nil
	}
	return result, archive(i.file, result)
}

// stage copies a file into the inbox, from where it is loaded like any object.
func (l *loader) stage(ctx context.Context, i item) error {
	file, err := os.Open(i.file)
	if err != nil {
		return fmt.Errorf("reading the snapshot: %w", err)
	}
	defer file.Close()
	_, err = l.inbox.Put(ctx, i.key, file)
	return err
}

// archive moves a file as the archive step moves an object: data/ to loaded/ or rejected/, with the reason beside it.
func archive(file string, result summary.LoadedSnapshot) error {
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
	if info, err := os.Stat(file); err == nil && exists(target) { // an earlier snapshot of the same name is kept
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

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
