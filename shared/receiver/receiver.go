// Package receiver loads the snapshots under data/ of a bucket, with the load state machine in this process: the EC2
// alternative to Step Functions and Lambda, for organizations that cannot load with Lambda.
//
// An object stays under data/ until all of its table groups are loaded, and the database records the loaded groups. So a
// receiver can be killed without losing data: the next one continues.
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
	later   map[string]time.Time // when to retry a failed object, by its state key
}

// Options are the settings of a receiver.
type Options struct {
	Store *object.Store
	// Pool needs more connections than AtOnce: each load holds one for its lock.
	Pool   *pgxpool.Pool
	AtOnce int              // accounts to load in parallel; 0 means 1
	Now    func() time.Time // nil: the clock
}

// New returns a receiver, or an error if o.Pool is too small for o.AtOnce.
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

// Drain loads all snapshots under data/, several accounts in parallel and the snapshots of one account in the order of
// their keys. Memory holds the keys of one account at a time. A snapshot that fails is counted and logged, and stays under
// data/; Drain continues with the others. Its error concerns all snapshots, such as a database that cannot be reached.
func (r *Receiver) Drain(ctx context.Context) (Summary, error) {
	started, counted := r.now(), &tally{}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(r.atOnce)
	err := r.visitAccounts(within, func(waiting []object.Version) {
		group.Go(func() error { return r.loadAccount(within, waiting, counted) })
	})
	if failure := group.Wait(); failure != nil {
		err = failure // the listing's error is only that it was canceled
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

// Watch drains now and after every tick, until ctx is done. It skips a failed object for 15 minutes. It logs the error of
// a drain and continues with the next tick.
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

// visitAccounts calls visit with the waiting objects of each account: keys are listed in order, and start with the
// account. It includes objects that are not snapshots, which are then rejected with a reason.
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

// patience is the time before a watching receiver retries a failed object.
const patience = 15 * time.Minute

// postponeFailures sets the next retry of the failed objects, and forgets retries that are due.
func (r *Receiver) postponeFailures(failures []object.Version) {
	now := r.now()
	maps.DeleteFunc(r.later, func(_ string, at time.Time) bool { return !now.Before(at) })
	for _, v := range failures {
		r.later[buildStateKey(v)] = now.Add(patience)
	}
}

// buildStateKey returns a key that changes when the object is replaced.
func buildStateKey(v object.Version) string { return v.Key + " " + v.ETag }
