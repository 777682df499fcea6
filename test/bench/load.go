package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"view360/shared/index"
	"view360/shared/load"
)

// loadTimes are how long one group took for the same rows, in one run on one database.
type loadTimes struct {
	rows                  int
	first, copy           time.Duration // into empty tables, decoding included; raw COPY into identical ones
	reload, fewChanged    time.Duration // the same snapshot; one with 1 % of its rows changed
	statements, roundTrip [3]int64      // of the first load, the reload, and with 1 % changed
}

func (t *loadTimes) add(o loadTimes) {
	t.rows, t.first, t.copy, t.reload, t.fewChanged = t.rows+o.rows, t.first+o.first, t.copy+o.copy, t.reload+o.reload, t.fewChanged+o.fewChanged
	for i := range t.statements {
		t.statements[i], t.roundTrip[i] = t.statements[i]+o.statements[i], t.roundTrip[i]+o.roundTrip[i]
	}
}

// rounds is how often each group is measured; the median counts.
const rounds = 3

// measureLoads prints a line for each group that has large lists, with so many rows in each table, and one for all.
func measureLoads(ctx context.Context, r *rig, rows int, summary *table) error {
	t := newTable("group", "rows", "rows/s", "COPY rows/s", "of COPY", "reload", "1 % changed", "statements", "round trips")
	var all loadTimes
	var most int64
	for _, handler := range r.buildLoaders() {
		times, err := r.measureMedian(ctx, handler, rows)
		if err != nil {
			return fmt.Errorf("group %s: %w", handler.Name, err)
		}
		all.add(times)
		most = max(most, slices.Max(times.roundTrip[:]))
		if times.rows > 0 {
			t.add(buildLoadLine(handler.Name, times)...)
		}
	}
	t.add(buildLoadLine("all", all)...)
	t.print("Loading: rows per second with decoding, raw COPY of the same rows into identical tables (indexes and foreign keys), "+
		"the same snapshot again and with 1 % of its rows changed (times the speed of the first load); statements and round trips of the three", "")
	summary.add("first load", fmt.Sprintf("%.2f of the speed of raw COPY", all.copy.Seconds()/all.first.Seconds()))
	summary.add("the same snapshot again", fmt.Sprintf("%.1f times as fast as the first load", all.first.Seconds()/all.reload.Seconds()))
	summary.add("with 1 % of its rows changed", fmt.Sprintf("%.1f times as fast as the first load", all.first.Seconds()/all.fewChanged.Seconds()))
	summary.add("round trips of a table group", fmt.Sprintf("%d at most for any number of rows", most))
	return nil
}

func buildLoadLine(group string, t loadTimes) []any {
	per := func(d time.Duration) string { return fmt.Sprintf("%.0f", float64(t.rows)/d.Seconds()) }
	times := func(d time.Duration) string { return fmt.Sprintf("%.1fx", t.first.Seconds()/d.Seconds()) }
	three := func(n [3]int64) string { return fmt.Sprintf("%d/%d/%d", n[0], n[1], n[2]) }
	return []any{group, t.rows, per(t.first), per(t.copy), fmt.Sprintf("%.2f", t.copy.Seconds()/t.first.Seconds()),
		times(t.reload), times(t.fewChanged), three(t.statements), three(t.roundTrip)}
}

// measureMedian measures a group and returns the round whose ratio to COPY is in the middle.
func (r *rig) measureMedian(ctx context.Context, handler load.Handler, rows int) (loadTimes, error) {
	var all []loadTimes
	for range rounds {
		times, err := r.loadGroup(ctx, handler, rows)
		if err != nil {
			return loadTimes{}, err
		}
		all = append(all, times)
	}
	slices.SortFunc(all, func(a, b loadTimes) int {
		return int(a.copy.Seconds()/a.first.Seconds()*1e6) - int(b.copy.Seconds()/b.first.Seconds()*1e6)
	})
	return all[rounds/2], nil
}

func (r *rig) loadGroup(ctx context.Context, handler load.Handler, rows int) (t loadTimes, err error) {
	if err := r.emptyTables(ctx); err != nil {
		return t, err
	}
	f := snapshotFile{account: "111122223333", region: "eu-west-1", day: time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC), rows: map[string]int{}}
	var tables []string
	for _, k := range kinds {
		if k.group == handler.Name {
			f.rows[k.table] = rows
			tables = append(tables, k.table)
		}
	}
	t.rows = rows * len(tables)
	indexed, err := r.put(ctx, f)
	if err != nil {
		return t, err
	}
	if err := r.loadAccount(ctx, handler, indexed); err != nil {
		return t, err
	}
	if t.first, err = r.measureLoad(ctx, handler, indexed, &t, 0); err != nil {
		return t, err
	}
	for _, table := range tables {
		took, err := r.measureCopy(ctx, table)
		if err != nil {
			return t, fmt.Errorf("copying %s: %w", table, err)
		}
		t.copy += took
	}
	if t.reload, err = r.measureLoad(ctx, handler, indexed, &t, 1); err != nil {
		return t, err
	}
	f.changed = 100
	if indexed, err = r.put(ctx, f); err != nil {
		return t, err
	}
	t.fewChanged, err = r.measureLoad(ctx, handler, indexed, &t, 2)
	return t, err
}

// loadAccount loads the row that the other groups need.
func (r *rig) loadAccount(ctx context.Context, handler load.Handler, indexed index.Output) error {
	if handler.Name == "account" {
		return nil
	}
	_, err := r.buildLoaders()[0].Handle(ctx, load.Input{Index: indexed.Index, Group: "account"})
	return err
}

// measureLoad loads and notes statements and round trips as the nth of the three loads.
func (r *rig) measureLoad(ctx context.Context, handler load.Handler, indexed index.Output, t *loadTimes, nth int) (time.Duration, error) {
	statements, trips, started := r.wire.statements.Load(), r.wire.trips.Load(), time.Now()
	_, err := handler.Handle(ctx, load.Input{Index: indexed.Index, Group: handler.Name, Reload: true})
	took := time.Since(started)
	t.statements[nth], t.roundTrip[nth] = r.wire.statements.Load()-statements, r.wire.trips.Load()-trips
	return took, err
}

// identical makes a table like another one: columns, indexes, checks and foreign keys.
const identical = `do $$ declare fk text; begin
  drop table if exists identical;
  create table identical (like %[1]s including all);
  for fk in select pg_get_constraintdef(oid) from pg_constraint where conrelid = '%[1]s'::regclass and contype = 'f' loop
    execute 'alter table identical add ' || fk;
  end loop;
end $$`

// measureCopy copies the rows of a table, as text that is at hand, into an identical one.
func (r *rig) measureCopy(ctx context.Context, table string) (time.Duration, error) {
	conn, err := r.pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	var lines bytes.Buffer
	if _, err := conn.Conn().PgConn().CopyTo(ctx, &lines, "copy "+table+" to stdout"); err != nil {
		return 0, err
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf(identical, table)); err != nil {
		return 0, err
	}
	started := time.Now()
	_, err = conn.Conn().PgConn().CopyFrom(ctx, &lines, "copy identical from stdin")
	return time.Since(started), err
}

// emptyTables removes all rows.
func (r *rig) emptyTables(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, "drop table if exists identical; truncate accounts, products, view360.loads cascade")
	return err
}
