package main

import (
	"context"
	"fmt"
	"strings"
	"time"
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
	items, err := l.findItems(ctx)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return fmt.Errorf("no .json files under %s", strings.Join(l.Paths, ", "))
	}
	unlock, err := lockState(g)
	if err != nil {
		return err
	}
	defer unlock()
	db, err := openDatabase(ctx, out, g.State, l.DatabaseURL, false)
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
	loader, err := newLoadRunner(p, db, objects.openBucket(inboxBucket), shown, !l.Archive)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.store != nil {
			loader.stores[i.store.Bucket()] = i.store
		}
	}
	ended, err := loader.loadItems(ctx, items)
	shown.stopBars()
	if err != nil {
		return err
	}
	ended.DurationMS = time.Since(started).Milliseconds()
	if err := out.printResult(ended); err != nil {
		return err
	}
	if !out.json {
		fmt.Fprintf(out.out, "\nThe data is in %s\n", hidePassword(db.URL))
	}
	return checkClean(ended.IsClean())
}
