package load

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/fault"
	"view360/shared/metrics"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/postgres"
	"view360/shared/snapshot"
)

// Input is the input of a loader.
type Input struct {
	Index snapshot.Index `json:"index"`
	Group string         `json:"group"`
	// Reload loads a snapshot that the ledger has as loaded; it changes nothing if the rows are still the same.
	Reload bool `json:"reload,omitempty"`
}

// Counts are the numbers of rows of one table. Read is the sum of Created, Updated, Unchanged and Rejected; duplicates in
// the section and rows superseded by a newer snapshot count as unchanged.
type Counts struct {
	Read      int64 `json:"read"`
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Adapted   int64 `json:"adapted"` // values changed to fit, in rows that were loaded
	Rejected  int64 `json:"rejected"`
	Deleted   int64 `json:"deleted"` // rows of resources that no longer exist
}

// Reject is a row that was not loaded.
type Reject struct {
	Section string `json:"section"` // path of the list, such as security.kms, or of the object
	Index   int    `json:"index"`   // ordinal in the list; -1 for an object
	Table   string `json:"table"`
	Column  string `json:"column,omitempty"`
	Reason  string `json:"reason"`
	Excerpt string `json:"excerpt,omitempty"`
}

// Output is the output of a loader.
type Output struct {
	Group   string            `json:"group"`
	Tables  map[string]Counts `json:"tables"`
	Rejects []Reject          `json:"rejects,omitempty"` // the first ones; view360.rejects has all
	// Already: the ledger has this version of the object as loaded; Tables are its rows.
	Already    bool  `json:"already,omitempty"`
	DurationMS int64 `json:"duration_ms"`
}

// SessionParams are the settings of the loaders' database sessions: temporary tables stay in memory, and statements are
// planned for the rows at hand, because temporary tables outlive transactions and their sizes differ.
var SessionParams = map[string]string{"temp_buffers": "64MB", "client_min_messages": "warning", "plan_cache_mode": "force_custom_plan"}

// Handler is the loader of one table group.
type Handler struct {
	Group
	Pool *pgxpool.Pool
	// Bucket returns the store of a bucket.
	Bucket func(name string) *object.Store
	Logger *slog.Logger // nil: slog.Default()
	// FingerprintFrom is the size of a section, in bytes, from which hashing it is cheaper than loading it again;
	// 0: 256 KiB.
	FingerprintFrom int64
}

// Handle loads the group in one transaction. An error leaves no trace but its entry in the ledger.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	started := time.Now()
	out, err := h.loadGroup(ctx, in)
	if err != nil {
		return Output{}, fault.Classify(err)
	}
	out.Group, out.DurationMS = h.Name, time.Since(started).Milliseconds()
	var sum Counts
	for _, c := range out.Tables {
		sum.Add(c)
	}
	logger := h.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.InfoContext(ctx, "loaded", "account", in.Index.Name.Account, "region", in.Index.Name.Region, "group", h.Name, "key", in.Index.Key,
		"already", out.Already, "read", sum.Read, "created", sum.Created, "updated", sum.Updated, "unchanged", sum.Unchanged,
		"adapted", sum.Adapted, "rejected", sum.Rejected, "deleted", sum.Deleted, "duration_ms", out.DurationMS, metrics.BuildAttr(metrics.Loaded))
	return out, nil
}

// Add adds the numbers of d.
func (c *Counts) Add(d Counts) {
	c.Read += d.Read
	c.Created += d.Created
	c.Updated += d.Updated
	c.Unchanged += d.Unchanged
	c.Adapted += d.Adapted
	c.Rejected += d.Rejected
	c.Deleted += d.Deleted
}

func (h Handler) loadGroup(ctx context.Context, in Input) (Output, error) {
	conn, err := postgres.Acquire(ctx, h.Pool)
	if err != nil {
		return Output{}, err
	}
	defer conn.Release()
	entry, err := openLedgerEntry(ctx, conn.Conn(), in.Index, h.Name)
	if err != nil {
		return Output{}, errors.Join(err, dropStandby(ctx, conn, err))
	}
	if entry.loaded && !in.Reload {
		return Output{Tables: toUnchanged(entry.counters), Already: true}, nil
	}
	out, err := h.runTransaction(ctx, conn.Conn(), in, entry)
	if err != nil {
		return Output{}, errors.Join(err, entry.markFailed(context.WithoutCancel(ctx), conn.Conn(), err), dropStandby(ctx, conn, err))
	}
	return out, nil
}

// readOnlyTransaction: the server is a standby, such as the writer before a failover.
const readOnlyTransaction = "25006"

// dropStandby closes a connection to a standby, so that the pool opens one to the writer for the next try.
func dropStandby(ctx context.Context, conn *pgxpool.Conn, failure error) error {
	var violation *pgconn.PgError
	if !errors.As(failure, &violation) || violation.Code != readOnlyTransaction {
		return nil
	}
	if err := conn.Conn().Close(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("closing the connection to a standby: %w", err)
	}
	return nil
}

// runTransaction loads all tables of the group, or none.
func (h Handler) runTransaction(ctx context.Context, conn *pgx.Conn, in Input, entry ledgerEntry) (Output, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return Output{}, fmt.Errorf("beginning the transaction: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // no effect after a commit
	if err := h.lock(ctx, tx, in.Index); err != nil {
		return Output{}, err
	}
	// Room for hash joins, and statistics of temporary tables from a small sample: each is read once.
	if _, err := tx.Exec(ctx, "set local work_mem = '64MB'; set local default_statistics_target = 10"); err != nil {
		return Output{}, fmt.Errorf("preparing the transaction: %w", err)
	}
	if err := entry.readAgain(ctx, tx); err != nil {
		return Output{}, err
	}
	if entry.loaded && !in.Reload { // by another execution, while this one waited for the lock
		return Output{Tables: toUnchanged(entry.counters), Already: true}, nil
	}
	s := h.newSession(tx, in.Index, entry)
	if err := s.loadTables(ctx, h.Group); err != nil {
		return Output{}, err
	}
	if err := entry.markLoaded(ctx, tx, s.counts); err != nil {
		return Output{}, err
	}
	if err := tx.Commit(ctx); err != nil {
		return Output{}, fmt.Errorf("committing: %w", err)
	}
	return Output{Tables: s.counts, Rejects: s.rejects.first}, nil
}

// toUnchanged returns the counters of an earlier load as those of a load that had nothing to do.
func toUnchanged(counters map[string]Counts) map[string]Counts {
	for table, c := range counters {
		counters[table] = Counts{Read: c.Read, Unchanged: c.Read - c.Rejected, Rejected: c.Rejected}
	}
	return counters
}

// FindAccountRow returns the id of the accounts row of the snapshot.
func FindAccountRow(ctx context.Context, tx pgx.Tx, index snapshot.Index) (id int32, err error) {
	err = tx.QueryRow(ctx, "select id from accounts where account_id = $1 and region = $2", index.Name.Account, index.Name.Region).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.New(outcome.Invalid, "account %s has no row for region %s: load its account section first", index.Name.Account, index.Name.Region)
	}
	if err != nil {
		return 0, fmt.Errorf("finding the row of account %s: %w", index.Name.Account, err)
	}
	return id, nil
}

// lock makes the loads of the group for one account and region wait for each other, and all of them for that of the
// accounts row, which they refer to. Groups have no other row in common, so they load side by side.
func (g Group) lock(ctx context.Context, tx pgx.Tx, index snapshot.Index) error {
	if g.LoadAccountRow != nil {
		return LockAccountRegion(ctx, tx, index)
	}
	account, region := index.Name.Account, index.Name.Region
	return waitForLocks(ctx, tx, account, "select pg_advisory_xact_lock_shared($1), pg_advisory_xact_lock($2)", lockID(account, region), lockID(account, region, g.Name))
}

// LockAccountRegion makes a transaction wait for all loads of one account and region, and them for it.
func LockAccountRegion(ctx context.Context, tx pgx.Tx, index snapshot.Index) error {
	account, region := index.Name.Account, index.Name.Region
	return waitForLocks(ctx, tx, account, "select pg_advisory_xact_lock($1)", lockID(account, region))
}

func waitForLocks(ctx context.Context, tx pgx.Tx, account, statement string, ids ...any) error {
	if _, err := tx.Exec(ctx, statement, ids...); err != nil {
		return fmt.Errorf("waiting for other loads of account %s: %w", account, err)
	}
	return nil
}

// lockID returns the advisory lock of an account and region, or of a group in them.
func lockID(names ...string) int64 {
	hash := fnv.New64a()
	fmt.Fprint(hash, strings.Join(names, " "))
	return int64(hash.Sum64())
}
