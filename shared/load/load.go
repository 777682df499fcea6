package load

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/fault"
	"view360/shared/metrics"
	"view360/shared/object"
	"view360/shared/postgres"
	"view360/shared/snapshot"
)

// Input is the input of a loader.
type Input struct {
	Index snapshot.Index `json:"index"`
	Group string         `json:"group"`
	// Reload loads what the ledger says is loaded already; it changes nothing where the rows are still the same.
	Reload bool `json:"reload,omitempty"`
}

// Counts are what happened to the rows of one table. Read is the sum of Created, Updated, Unchanged and Rejected; rows
// that the file repeats, and rows of which a newer snapshot knew better, are among the unchanged.
type Counts struct {
	Read      int64 `json:"read"`
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Adapted   int64 `json:"adapted"` // values changed to fit, in rows that were loaded
	Rejected  int64 `json:"rejected"`
	Deleted   int64 `json:"deleted"` // rows of things that are gone at the source
}

// Reject is one row that was not loaded, or a value that was changed.
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
	Rejects []Reject          `json:"rejects,omitempty"` // the first ones; all are in view360.rejects
	// Already: the ledger says that this version of the object was loaded before; Tables are its rows.
	Already    bool  `json:"already,omitempty"`
	DurationMS int64 `json:"duration_ms"`
}

// SessionParams are the settings of the loaders' database sessions: stages stay in memory, and are there already when a
// connection is used again; then a statement is planned for the rows that are staged, not for those of the time before.
var SessionParams = map[string]string{"temp_buffers": "64MB", "client_min_messages": "warning", "plan_cache_mode": "force_custom_plan"}

// The rejected rows that are kept: of one table in the database, of one group in the result.
const (
	maxStoredIssues  = 1_000
	maxOutputRejects = 10
)

// Handler is the loader of one table group.
type Handler struct {
	Pool *pgxpool.Pool
	// Bucket returns the store of a bucket.
	Bucket func(name string) *object.Store
	Group  string
	// Tables in order, parents before children.
	Tables []Table
	// LoadAccountRow loads what no mapping can say, first in the transaction, and returns the accounts row; nil looks it up.
	LoadAccountRow func(ctx context.Context, s *Session) (int32, error)
}

// Handle loads the group in one transaction. An error leaves nothing behind but its line in the ledger.
func (h Handler) Handle(ctx context.Context, request Input) (Output, error) {
	started := time.Now()
	result, err := h.loadGroup(ctx, request)
	result.Group, result.DurationMS = h.Group, time.Since(started).Milliseconds()
	index := request.Index
	if err != nil {
		return Output{}, fault.Classify(err)
	}
	var sum Counts
	for _, c := range result.Tables {
		sum.Add(c)
	}
	slog.InfoContext(ctx, "loaded", "account", index.Name.Account, "region", index.Name.Region, "group", h.Group, "key", index.Key,
		"already", result.Already, "read", sum.Read, "created", sum.Created, "updated", sum.Updated, "unchanged", sum.Unchanged,
		"adapted", sum.Adapted, "rejected", sum.Rejected, "deleted", sum.Deleted, "duration_ms", result.DurationMS, metrics.BuildAttr(metrics.Loaded))
	return result, nil
}

func (c *Counts) Add(d Counts) {
	c.Read += d.Read
	c.Created += d.Created
	c.Updated += d.Updated
	c.Unchanged += d.Unchanged
	c.Adapted += d.Adapted
	c.Rejected += d.Rejected
	c.Deleted += d.Deleted
}

func (h Handler) loadGroup(ctx context.Context, request Input) (Output, error) {
	conn, err := postgres.Acquire(ctx, h.Pool)
	if err != nil {
		return Output{}, err
	}
	defer conn.Release()
	entry, err := h.openLedgerEntry(ctx, conn.Conn(), request.Index)
	if err != nil {
		return Output{}, err
	}
	if entry.loaded && !request.Reload {
		return Output{Tables: toUnchanged(entry.counters), Already: true}, nil
	}
	result, err := h.runTransaction(ctx, conn.Conn(), request, entry)
	if err != nil {
		return Output{}, errors.Join(err, entry.markFailed(context.WithoutCancel(ctx), conn.Conn(), err))
	}
	return result, nil
}

// runTransaction loads all tables of the group, or none.
func (h Handler) runTransaction(ctx context.Context, conn *pgx.Conn, request Input, entry ledgerEntry) (Output, error) {
	index := request.Index
	tx, err := conn.Begin(ctx)
	if err != nil {
		return Output{}, fmt.Errorf("beginning the transaction: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after a commit there is nothing to roll back
	if err := LockAccountRegion(ctx, tx, index); err != nil {
		return Output{}, err
	}
	// Room for hash joins, and statistics of stages from a small sample: they are read once.
	if _, err := tx.Exec(ctx, "set local work_mem = '64MB'; set local default_statistics_target = 10"); err != nil {
		return Output{}, fmt.Errorf("preparing the transaction: %w", err)
	}
	if err := entry.readAgain(ctx, tx); err != nil {
		return Output{}, err
	}
	if entry.loaded && !request.Reload { // by another execution, while this one waited
		return Output{Tables: toUnchanged(entry.counters), Already: true}, nil
	}
	result := Output{Tables: map[string]Counts{}}
	s := &Session{Tx: tx, Index: index, source: source{store: h.Bucket(index.Bucket), index: index}, tables: h.Tables, entry: entry, result: &result}
	if s.account, err = h.findAccountRow(ctx, s); err != nil {
		return Output{}, err
	}
	for _, t := range h.Tables {
		counts, misfits, err := s.loadTable(ctx, t)
		if err != nil {
			return Output{}, fmt.Errorf("loading table %s: %w", t.Name, err)
		}
		if err := s.reportIssues(ctx, t, counts, misfits); err != nil {
			return Output{}, err
		}
	}
	if err := s.truncateTempTables(ctx); err != nil {
		return Output{}, err
	}
	if err := entry.markLoaded(ctx, tx, result.Tables); err != nil {
		return Output{}, err
	}
	if err := tx.Commit(ctx); err != nil {
		return Output{}, fmt.Errorf("committing: %w", err)
	}
	return result, nil
}

func (h Handler) findAccountRow(ctx context.Context, s *Session) (int32, error) {
	if h.LoadAccountRow != nil {
		return h.LoadAccountRow(ctx, s)
	}
	return FindAccountRow(ctx, s.Tx, s.Index)
}

// FindAccountRow is the accounts row of the snapshot.
func FindAccountRow(ctx context.Context, tx pgx.Tx, index snapshot.Index) (id int32, err error) {
	err = tx.QueryRow(ctx, "select id from accounts where account_id = $1 and region = $2", index.Name.Account, index.Name.Region).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.New(fault.Invalid, "account %s has no row for region %s: load its account section first", index.Name.Account, index.Name.Region)
	}
	if err != nil {
		return 0, fmt.Errorf("finding the account's row: %w", err)
	}
	return id, nil
}

// LockAccountRegion makes the transactions of one account and region wait for each other.
func LockAccountRegion(ctx context.Context, tx pgx.Tx, index snapshot.Index) error {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s %s", index.Name.Account, index.Name.Region)
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", int64(hash.Sum64())); err != nil {
		return fmt.Errorf("waiting for other loads of account %s: %w", index.Name.Account, err)
	}
	return nil
}

func (r *Output) addRejects(t Table, misfits []issue) {
	for _, m := range misfits {
		if m.adapted || len(r.Rejects) >= maxOutputRejects {
			continue
		}
		r.Rejects = append(r.Rejects, Reject{m.at.listPath(t.Section), m.at.index, t.Name, m.column, m.reason, m.excerpt})
	}
}

// toUnchanged are the counters of an earlier load as those of one that had nothing to do.
func toUnchanged(counters map[string]Counts) map[string]Counts {
	for table, c := range counters {
		counters[table] = Counts{Read: c.Read, Unchanged: c.Read - c.Rejected, Rejected: c.Rejected}
	}
	return counters
}
