package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"view360/shared/inprocess"
	"view360/shared/loaders"
	"view360/shared/object"
	"view360/shared/summary"
)

// loadRunner runs the load machine of a pipeline and shows its progress.
type loadRunner struct {
	*pipeline
	inbox    *object.Store // where files become objects
	stores   map[string]*object.Store
	progress *progress
	keep     bool // leave objects and files where they are
	reload   bool // load what the ledger says is loaded
	started  time.Time
	count    atomic.Int64 // of executions
}

// newLoadRunner adds the load machine to a pipeline, into db. Objects of other buckets than inbox are reached once a store
// for them is added.
func newLoadRunner(p *pipeline, db *database, inbox *object.Store, shown *progress, keep bool) (*loadRunner, error) {
	l := &loadRunner{
		pipeline: p, inbox: inbox, progress: shown, keep: keep, reload: keep, started: time.Now(),
		stores: map[string]*object.Store{inbox.Bucket(): inbox},
	}
	return l, p.addLoad(db.Pool, func(name string) *object.Store { return l.stores[name] })
}

// accountsAtOnce bounds the accounts whose snapshots are loaded side by side.
const accountsAtOnce = 3

// loadItems loads the items, those of one account one after the other, oldest first.
func (l *loadRunner) loadItems(ctx context.Context, items []item) (*summary.LoadRun, error) {
	order := map[string][]item{}
	var groups []string
	for _, i := range items {
		if _, known := order[i.orderKey()]; !known {
			groups = append(groups, i.orderKey())
		}
		order[i.orderKey()] = append(order[i.orderKey()], i)
	}
	l.watchGroups()
	l.progress.printStep("loading %d snapshots of %d accounts", len(items), len(groups))
	l.progress.expectPieces("accounts", len(groups))
	l.progress.expectPieces("snapshots", len(items))
	l.progress.expectPieces("table groups", len(items)*len(loaders.Groups))
	ended := &summary.LoadRun{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(accountsAtOnce)
	for _, name := range groups {
		list := order[name]
		slices.SortStableFunc(list, func(a, b item) int { return strings.Compare(filepath.Base(a.key), filepath.Base(b.key)) })
		group.Go(func() error {
			for _, i := range list {
				result, err := l.loadItem(ctx, i)
				if err != nil {
					return err
				}
				ended.Add(result)
			}
			l.progress.countPiece("accounts")
			return nil
		})
	}
	return ended, group.Wait()
}

// loadItem runs the load machine for one item.
func (l *loadRunner) loadItem(ctx context.Context, i item) (summary.LoadedSnapshot, error) {
	store := i.store
	if store == nil {
		if err := l.putIntoInbox(ctx, i); err != nil {
			return summary.LoadedSnapshot{}, err
		}
		store = l.inbox
	}
	result, err := l.runMachine(ctx, store, i)
	if i.store != nil || err != nil {
		return result, err
	}
	if err := l.inbox.Delete(ctx, object.Version{Key: i.key}); err != nil {
		return result, err
	}
	if l.keep || result.Status == summary.Failed {
		return result, nil
	}
	return result, archiveFile(i.file, result)
}

// putIntoInbox copies a file into the inbox, from where it is loaded like any object.
func (l *loadRunner) putIntoInbox(ctx context.Context, i item) error {
	file, err := os.Open(i.file)
	if err != nil {
		return fmt.Errorf("reading the snapshot: %w", err)
	}
	defer file.Close()
	_, err = l.inbox.Put(ctx, i.key, file)
	return err
}

// watchGroups counts loaded table groups, and shows at once what fails, such as a full disk: it is tried again for minutes.
func (l *loadRunner) watchGroups() {
	l.watchCalls(func(call inprocess.Call) {
		if call.Err != nil && !errors.Is(call.Err, context.Canceled) {
			l.progress.printNote("%s: %v", call.Function, call.Err)
		}
		if strings.HasPrefix(call.Function, "load-") && call.Err == nil {
			l.progress.countPiece("table groups")
		}
	})
}

// runMachine executes the load machine for one object.
func (l *loadRunner) runMachine(ctx context.Context, store *object.Store, i item) (summary.LoadedSnapshot, error) {
	name := fmt.Sprintf("%s-%d", runName("load", l.started), l.count.Add(1))
	execution, err := l.Run(ctx, l.loadMachine, name, map[string]any{"bucket": store.Bucket(), "key": i.key, "keep": l.keep, "reload": l.reload})
	if err != nil {
		return summary.LoadedSnapshot{}, err
	}
	if ctx.Err() != nil {
		return summary.LoadedSnapshot{}, ctx.Err()
	}
	result := summary.ReadLoadedSnapshot(i.key, i.displayName(), execution.Describe(), execution.History())
	l.progress.countPiece("snapshots")
	l.progress.countRows(result.CountRows())
	l.progress.printStep("%s %s: %d rows", result.Status, result.Origin, result.CountRows())
	return result, nil
}
