package load

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"view360/shared/snapshot"
)

// ledgerEntry is the line of one object version and group in view360.loads.
type ledgerEntry struct {
	id       int64
	loaded   bool
	counters map[string]Counts
}

// openLedgerEntry finds or makes the line. It does not wait for the disk: a crash that forgets it forgets nothing else.
func (h Handler) openLedgerEntry(ctx context.Context, conn *pgx.Conn, index snapshot.Index) (e ledgerEntry, err error) {
	var counters []byte
	err = conn.QueryRow(ctx, `insert into view360.loads as l
  (object_key, object_version, table_group, account_id, region, snapshot_date, snapshot_interval)
select $1, $2, $3, $4, $5, $6, $7 from set_config('synchronous_commit', 'off', true)
on conflict (object_key, object_version, table_group) do update set
  started_at = case when l.state = 'loaded' then l.started_at else current_timestamp end,
  state = case when l.state = 'loaded' then l.state else 'running' end
returning id, state = 'loaded', counters`,
		index.Key, objectVersion(index), h.Group, index.Name.Account, index.Name.Region, index.Name.Date, string(index.Name.Interval)).Scan(&e.id, &e.loaded, &counters)
	if err != nil {
		return e, fmt.Errorf("asking the ledger: %w", err)
	}
	if err := json.Unmarshal(counters, &e.counters); err != nil {
		return e, fmt.Errorf("reading the ledger: %w", err)
	}
	return e, nil
}

// objectVersion is what the ledger knows a state of an object by.
func objectVersion(index snapshot.Index) string { return cmp.Or(index.Version, index.ETag) }

// readAgain reads the line again after the lock was waited for, and forgets what did not fit when it was loaded before.
func (e *ledgerEntry) readAgain(ctx context.Context, tx pgx.Tx) error {
	var counters []byte
	if err := tx.QueryRow(ctx, "select state = 'loaded', counters from view360.loads where id = $1", e.id).Scan(&e.loaded, &counters); err != nil {
		return fmt.Errorf("asking the ledger again: %w", err)
	}
	if err := json.Unmarshal(counters, &e.counters); err != nil {
		return fmt.Errorf("reading the ledger: %w", err)
	}
	if !e.loaded {
		return nil
	}
	if _, err := tx.Exec(ctx, "delete from view360.rejects where load_id = $1", e.id); err != nil {
		return fmt.Errorf("forgetting earlier rejects: %w", err)
	}
	return nil
}

func (e ledgerEntry) markLoaded(ctx context.Context, tx pgx.Tx, tables map[string]Counts) error {
	if e.loaded && !HasChanges(tables) {
		tables = e.counters // what was done when it was loaded first
	}
	counters, err := json.Marshal(tables)
	if err != nil {
		return fmt.Errorf("encoding the counters: %w", err)
	}
	_, err = tx.Exec(ctx, "update view360.loads set state = 'loaded', finished_at = clock_timestamp(), error = null, counters = $2 where id = $1", e.id, counters)
	if err != nil {
		return fmt.Errorf("writing the ledger: %w", err)
	}
	return nil
}

// HasChanges reports whether a load did anything to any table.
func HasChanges(tables map[string]Counts) bool {
	for _, c := range tables {
		if c.Created+c.Updated+c.Deleted > 0 {
			return true
		}
	}
	return false
}

// ReadLedger is what the ledger knows of an object version: the counters of the tables, and the first rejected rows of each
// group.
func ReadLedger(ctx context.Context, tx pgx.Tx, index snapshot.Index) (tables map[string]Counts, rejects []Reject, err error) {
	var counters []byte
	err = tx.QueryRow(ctx, `select coalesce(jsonb_object_agg(t.key, t.value), '{}')
from view360.loads l, jsonb_each(l.counters) t
where l.object_key = $1 and l.object_version = $2 and l.state = 'loaded'`, index.Key, objectVersion(index)).Scan(&counters)
	if err != nil {
		return nil, nil, fmt.Errorf("asking the ledger for counters: %w", err)
	}
	if err := json.Unmarshal(counters, &tables); err != nil {
		return nil, nil, fmt.Errorf("reading the ledger: %w", err)
	}
	rows, err := tx.Query(ctx, `select section, coalesce(item_index, -1), coalesce(table_name, ''), coalesce(column_name, ''), reason, coalesce(value_excerpt, '')
from (
  select r.*, row_number() over (partition by r.load_id order by r.id) as n
  from view360.rejects r join view360.loads l on l.id = r.load_id
  where l.object_key = $1 and l.object_version = $2 and l.state = 'loaded' and r.outcome = 'rejected'
) as numbered
where n <= $3 order by load_id, n`, index.Key, objectVersion(index), maxOutputRejects)
	if err != nil {
		return nil, nil, fmt.Errorf("asking the ledger for rejects: %w", err)
	}
	rejects, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Reject])
	if err != nil {
		return nil, nil, fmt.Errorf("asking the ledger for rejects: %w", err)
	}
	return tables, rejects, nil
}

func (e ledgerEntry) markFailed(ctx context.Context, conn *pgx.Conn, reason error) error {
	if conn.IsClosed() {
		return nil // the ledger still says running, with the time it started
	}
	_, err := conn.Exec(ctx, "update view360.loads set state = 'failed', finished_at = clock_timestamp(), error = $2 where id = $1 and state <> 'loaded'", e.id, reason.Error())
	if err != nil {
		return fmt.Errorf("writing the ledger: %w", err)
	}
	return nil
}
