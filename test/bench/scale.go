package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"view360/shared/load"
	"view360/shared/object"
)

// scaleSize is how many snapshots a scale run loads.
type scaleSize struct {
	accounts, regions, days int
}

// sideBySide is how many accounts load at a time, each over a connection of its own.
const sideBySide = maxConns

// moderate are the rows of one moderate account in one region.
var moderate = map[string]int{
	"services": 20, "service_costs": 5, "findings": 40, "kms_keys": 5, "non_compliant_resources": 20, "config_inventory": 40,
	"inventory_applications": 60, "inventory_patches": 20, "service_resources": 40, "health_events": 3,
}

var scaleRegions = []string{"eu-west-1", "us-east-1", "us-west-2"}

// measureScale loads the snapshots of many accounts, regions and days, day by day, and prints how the database grows and
// whether loading slows down; then how long views take.
func measureScale(ctx context.Context, r *rig, size scaleSize, summary *table) error {
	if err := r.emptyTables(ctx); err != nil {
		return err
	}
	t := newTable("day", "snapshots", "rows read", "rows stored", "database MB", "s", "us per row")
	var second, last point
	for day := range size.days {
		started := time.Now()
		read, err := r.loadDay(ctx, size, day)
		if err != nil {
			return err
		}
		seconds := time.Since(started).Seconds()
		var megabytes, stored int64
		if _, err := r.pool.Exec(ctx, "vacuum analyze"); err != nil { // as autovacuum does in the hours between two days
			return err
		}
		err = r.pool.QueryRow(ctx, "select pg_database_size(current_database()) / 1048576, (select sum(n_live_tup)::bigint from pg_stat_user_tables where schemaname = 'public')").Scan(&megabytes, &stored)
		if err != nil {
			return err
		}
		last = point{stored: float64(stored), perRow: seconds / float64(read)}
		if day == 1 { // the first day makes all rows, the others change some
			second = last
		}
		fmt.Fprintf(os.Stderr, "scale: day %d of %d took %.0f s\n", day+1, size.days, seconds)
		t.add(day+1, size.accounts*size.regions, read, stored, megabytes, fmt.Sprintf("%.1f", seconds), fmt.Sprintf("%.0f", last.perRow*1e6))
	}
	t.print(fmt.Sprintf("Scale: %d accounts x %d regions x %d days, %d accounts side by side", size.accounts, size.regions, size.days, sideBySide),
		last.since(second))
	summary.add(fmt.Sprintf("%d accounts x %d regions x %d days", size.accounts, size.regions, size.days),
		fmt.Sprintf("%.0f rows stored, %.0f us a row on the last day", last.stored, last.perRow*1e6))
	return r.measureViews(ctx, summary)
}

// point is the time of loading a row, in seconds, into a database of so many rows.
type point struct{ stored, perRow float64 }

// since returns the slope between two points, in words.
func (p point) since(earlier point) string {
	return fmt.Sprintf("A row took %.0f us on the second day, %.0f us on the last (%+.0f %%), while the rows stored grew by %+.0f %%.",
		earlier.perRow*1e6, p.perRow*1e6, 100*(p.perRow/earlier.perRow-1), 100*(p.stored/earlier.stored-1))
}

// loadDay loads the snapshots of one day, an account's one after the other as the receiver does.
func (r *rig) loadDay(ctx context.Context, size scaleSize, day int) (int64, error) {
	var read atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for account := range size.accounts {
		group.Go(func() error {
			for _, region := range scaleRegions[:size.regions] {
				rows, err := r.loadWhole(ctx, snapshotFile{account: fmt.Sprintf("%012d", account+1), region: region,
					day: time.Date(2026, 3, 1+day, 0, 0, 0, 0, time.UTC), rows: moderate, changed: 2 + day})
				if err != nil {
					return err
				}
				read.Add(rows)
			}
			return nil
		})
	}
	err := group.Wait()
	return read.Load(), err
}

// loadWhole indexes and loads a snapshot with all groups and returns how many rows were read.
func (r *rig) loadWhole(ctx context.Context, f snapshotFile) (read int64, err error) {
	indexed, err := r.put(ctx, f)
	if err != nil {
		return 0, err
	}
	for _, handler := range r.buildLoaders() {
		result, err := handler.Handle(ctx, load.Input{Index: indexed.Index, Group: handler.Name})
		if err != nil {
			return 0, fmt.Errorf("loading group %s of %s: %w", handler.Name, f.key(), err)
		}
		for _, counts := range result.Tables {
			read += counts.Read
		}
	}
	return read, r.store.Delete(ctx, object.Version{Key: f.key()})
}

// measureViews asks every view for its rows by account, and prints the slowest.
func (r *rig) measureViews(ctx context.Context, summary *table) error {
	rows, err := r.pool.Query(ctx, `select table_name::text from information_schema.views where table_schema = 'public' and table_name like 'view\_%' order by 1`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	var slowest, sum time.Duration
	var which string
	for _, name := range names {
		started := time.Now()
		if _, err := r.pool.Exec(ctx, "select count(*), count(v is null) from "+name+" v"); err != nil {
			return fmt.Errorf("asking %s: %w", name, err)
		}
		took := time.Since(started)
		sum += took
		if took > slowest {
			slowest, which = took, name
		}
	}
	t := newTable("views", "slowest", "ms", "mean ms")
	t.add(len(names), which, slowest.Milliseconds(), (sum / time.Duration(len(names))).Milliseconds())
	t.print("Views: all rows and all columns of each, once", "")
	summary.add("views over these, slowest", fmt.Sprintf("%s, %d ms", which, slowest.Milliseconds()))
	return nil
}
