package load

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/snapshot"
)

// ledgerEntry is the row of one object version and group in the ledger, view360.loads.
type ledgerEntry struct {
	id       int64
	loaded   bool
	counters map[string]Counts
}

// openLedgerEntry finds or inserts the entry. It does not wait for the disk: a crash that loses the entry loses nothing
// else.
func openLedgerEntry(ctx context.Context, conn *pgx.Conn, index snapshot.Index, group string) (e ledgerEntry, err error) {
	var counters []byte
	err = conn.QueryRow(ctx, `insert into view360.loads as l
  (object_key, object_version, table_group, account_id, region, snapshot_date, snapshot_interval)
select $1, $2, $3, $4, $5, $6, $7 from set_config('synchronous_commit', 'off', true)
on conflict (object_key, object_version, table_group) do update set
  started_at = case when l.state = 'loaded' then l.started_at else current_timestamp end,
  state = case when l.state = 'loaded' then l.state else 'running' end
returning id, state = 'loaded', counters`,
		index.Key, objectVersion(index), group, index.Name.Account, index.Name.Region, index.Name.Date, string(index.Name.Interval)).Scan(&e.id, &e.loaded, &counters)
	if err != nil {
		return e, fmt.Errorf("opening ledger entry of %s: %w", index.Key, err)
	}
	if err := json.Unmarshal(counters, &e.counters); err != nil {
		return e, fmt.Errorf("decoding ledger entry of %s: %w", index.Key, err)
	}
	return e, nil
}

// objectVersion returns the object version as the ledger names it.
func objectVersion(index snapshot.Index) string { return cmp.Or(index.Version, index.ETag) }

// IsLoaded reports whether the ledger has every group of this object version as loaded.
func IsLoaded(ctx context.Context, pool *pgxpool.Pool, index snapshot.Index) (loaded bool, err error) {
	err = pool.QueryRow(ctx, "select coalesce(bool_and(state = 'loaded'), false) from view360.loads where object_key = $1 and object_version = $2",
		index.Key, objectVersion(index)).Scan(&loaded)
	if err != nil {
		return false, fmt.Errorf("reading ledger entries of %s: %w", index.Key, err)
	}
	return loaded, nil
}

// readAgain reads the entry again once the lock is held, and deletes the issues of an earlier load.
func (e *ledgerEntry) readAgain(ctx context.Context, tx pgx.Tx) error {
	var counters []byte
	if err := tx.QueryRow(ctx, "select state = 'loaded', counters from view360.loads where id = $1", e.id).Scan(&e.loaded, &counters); err != nil {
		return fmt.Errorf("reading ledger entry %d again: %w", e.id, err)
	}
	if err := json.Unmarshal(counters, &e.counters); err != nil {
		return fmt.Errorf("decoding ledger entry %d: %w", e.id, err)
	}
	if !e.loaded {
		return nil
	}
	if _, err := tx.Exec(ctx, "delete from view360.rejects where load_id = $1", e.id); err != nil {
		return fmt.Errorf("deleting rejects of ledger entry %d: %w", e.id, err)
	}
	return nil
}

func (e ledgerEntry) markLoaded(ctx context.Context, tx pgx.Tx, tables map[string]Counts) error {
	if e.loaded && !HasChanges(tables) {
		tables = e.counters // of the first load
	}
	counters, err := json.Marshal(tables)
	if err != nil {
		return fmt.Errorf("encoding the counters: %w", err)
	}
	_, err = tx.Exec(ctx, "update view360.loads set state = 'loaded', finished_at = clock_timestamp(), error = null, counters = $2 where id = $1", e.id, counters)
	if err != nil {
		return fmt.Errorf("writing ledger entry %d: %w", e.id, err)
	}
	return nil
}

// HasChanges reports whether a load changed any table.
func HasChanges(tables map[string]Counts) bool {
	for _, c := range tables {
		if c.Created+c.Updated+c.Deleted > 0 {
			return true
		}
	}
	return false
}

// ReadLedger returns the ledger's counters of the tables of an object version, and the first rejects of each group.
func ReadLedger(ctx context.Context, tx pgx.Tx, index snapshot.Index) (tables map[string]Counts, rejects []Reject, err error) {
	var counters []byte
	err = tx.QueryRow(ctx, `select coalesce(jsonb_object_agg(t.key, t.value), '{}')
from view360.loads l, jsonb_each(l.counters) t
where l.object_key = $1 and l.object_version = $2 and l.state = 'loaded'`, index.Key, objectVersion(index)).Scan(&counters)
	if err != nil {
		return nil, nil, fmt.Errorf("reading ledger counters of %s: %w", index.Key, err)
	}
	if err := json.Unmarshal(counters, &tables); err != nil {
		return nil, nil, fmt.Errorf("decoding ledger counters of %s: %w", index.Key, err)
	}
	rows, err := tx.Query(ctx, `select section, coalesce(item_index, -1), coalesce(table_name, ''), coalesce(column_name, ''), reason, coalesce(value_excerpt, '')
from (
  select r.*, row_number() over (partition by r.load_id order by r.id) as n
  from view360.rejects r join view360.loads l on l.id = r.load_id
  where l.object_key = $1 and l.object_version = $2 and l.state = 'loaded' and r.outcome = 'rejected'
) as numbered
where n <= $3 order by load_id, n`, index.Key, objectVersion(index), maxOutputRejects)
	if err != nil {
		return nil, nil, fmt.Errorf("reading rejects of %s: %w", index.Key, err)
	}
	rejects, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Reject])
	if err != nil {
		return nil, nil, fmt.Errorf("reading rejects of %s: %w", index.Key, err)
	}
	return tables, rejects, nil
}

func (e ledgerEntry) markFailed(ctx context.Context, conn *pgx.Conn, reason error) error {
	if conn.IsClosed() {
		return nil // the entry stays running, with its start time
	}
	_, err := conn.Exec(ctx, "update view360.loads set state = 'failed', finished_at = clock_timestamp(), error = $2 where id = $1 and state <> 'loaded'", e.id, reason.Error())
	if err != nil {
		return fmt.Errorf("writing ledger entry %d: %w", e.id, err)
	}
	return nil
}

// interruptedText is the reason in the ledger of a load whose process ended.
const interruptedText = "the process ended while it loaded: load the snapshot again"

// EndInterrupted marks the loads as failed that the ledger has as running although none holds the lock of their account and
// region: their process was killed. It returns their number. A load that just begins, and is marked, is marked again when
// it ends.
func EndInterrupted(ctx context.Context, pool *pgxpool.Pool) (ended int, err error) {
	rows, err := pool.Query(ctx, "select distinct account_id, region from view360.loads where state = 'running'")
	if err != nil {
		return 0, fmt.Errorf("reading running loads: %w", err)
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Account, Region string }])
	if err != nil {
		return 0, fmt.Errorf("reading running loads: %w", err)
	}
	for _, place := range places {
		tag, err := pool.Exec(ctx, `update view360.loads set state = 'failed', finished_at = clock_timestamp(), error = $4
where state = 'running' and account_id = $1 and region = $2 and (select pg_try_advisory_xact_lock($3))`,
			place.Account, place.Region, lockID(place.Account, place.Region), interruptedText)
		if err != nil {
			return ended, fmt.Errorf("ending interrupted loads of account %s: %w", place.Account, err)
		}
		ended += int(tag.RowsAffected())
	}
	return ended, nil
}
