// Package receiver loads the snapshots that wait in a bucket, with the load state machine in this process: the EC2
// alternative to Step Functions and Lambda, for those who may not load with Lambda.
//
// An object stays under data/ until every table group of it is loaded, and the database remembers which groups are. So a
// receiver that is killed loses nothing: the next one goes on where it stopped.
package receiver

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"view360/shared/asl"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/snapshot"
	"view360/statemachines"
)

// Receiver loads snapshots from one bucket into one database.
type Receiver struct {
	store   *object.Store
	pool    *pgxpool.Pool
	machine *asl.Machine
	atOnce  int
	now     func() time.Time
	later   map[string]time.Time // when to try again what failed, by key and ETag
}

// Options are the settings of a receiver.
type Options struct {
	Store *object.Store
	// Pool needs more connections than AtOnce: each load holds one for its lock.
	Pool   *pgxpool.Pool
	AtOnce int              // accounts that are loaded side by side; 0 means 1
	Now    func() time.Time // nil: the clock
}

// New returns a receiver.
func New(o Options) (*Receiver, error) {
	machine, err := inprocess.ParseMachine("load", statemachines.Load, inprocess.LoadPlaceholders)
	if err != nil {
		return nil, err
	}
	r := &Receiver{
		store: o.Store, pool: o.Pool, machine: machine, atOnce: max(o.AtOnce, 1), now: time.Now,
		later: map[string]time.Time{},
	}
	if o.Now != nil {
		r.now = o.Now
	}
	if size := r.pool.Config().MaxConns; size <= int32(r.atOnce) {
		return nil, fmt.Errorf("%d database connections are too few to load %d accounts at once", size, r.atOnce)
	}
	return r, nil
}

// Drain loads everything that waits under data/, several accounts side by side and the snapshots of one account in the
// order of their keys. Memory holds the keys of one account at a time. A snapshot that fails is counted and logged, and
// does not stop the others; it stays where it is. A drain that came to its end is logged as drained.
func (r *Receiver) Drain(ctx context.Context) (Summary, error) {
	started, counted := r.now(), &tally{}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(r.atOnce)
	err := r.visitAccounts(within, func(waiting []object.Version) {
		group.Go(func() error { return r.loadAccount(within, waiting, counted) })
	})
	if failure := group.Wait(); failure != nil {
		err = failure // what the listing says then is only that it was stopped
	}
	r.postponeFailures(counted.failures)
	s := counted.Summary
	switch {
	case ctx.Err() != nil:
		return s, ctx.Err()
	case err != nil:
		return s, err
	}
	slog.InfoContext(ctx, "drained", "bucket", r.store.Bucket(), "loaded", s.Loaded, "rejected", s.Rejected, "failed", s.Failed,
		"busy", s.Busy, "duration_ms", r.now().Sub(started).Milliseconds())
	return s, nil
}

// Watch drains, and again after every tick, until ctx is done. An object that failed is left alone for a while. A drain
// that cannot even list or connect is logged, and the next tick tries again.
func (r *Receiver) Watch(ctx context.Context, tick <-chan time.Time) error {
	for {
		if _, err := r.Drain(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick:
		}
	}
}

// visitAccounts hands over what waits, one account after the other: keys are listed in their order, and start with the
// account. Objects that are not snapshots go along, to be rejected with a reason.
func (r *Receiver) visitAccounts(ctx context.Context, visit func([]object.Version)) error {
	var waiting []object.Version
	account := ""
	err := r.store.List(ctx, snapshot.DataPrefix, func(v object.Version) error {
		if !strings.HasSuffix(v.Key, ".json") || r.now().Before(r.later[buildStateKey(v)]) {
			return nil
		}
		if a := parseAccount(v.Key); a != account {
			if len(waiting) > 0 {
				visit(waiting)
			}
			account, waiting = a, nil
		}
		waiting = append(waiting, v)
		return ctx.Err()
	})
	if len(waiting) > 0 {
		visit(waiting)
	}
	return err
}

func parseAccount(key string) string {
	account, _, _ := strings.Cut(strings.TrimPrefix(key, snapshot.DataPrefix), "/")
	return account
}

// patience is how long an object that failed is left alone by a receiver that watches.
const patience = 15 * time.Minute

func (r *Receiver) postponeFailures(failures []object.Version) {
	now := r.now()
	maps.DeleteFunc(r.later, func(_ string, at time.Time) bool { return !now.Before(at) })
	for _, v := range failures {
		r.later[buildStateKey(v)] = now.Add(patience)
	}
}

// buildStateKey tells an object that was replaced from the one that failed.
func buildStateKey(v object.Version) string { return v.Key + " " + v.ETag }
