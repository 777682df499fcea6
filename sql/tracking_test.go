package sql_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"view360/shared/catalog"
)

func TestCoverageShowsTheLastOutcome(t *testing.T) {
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	exec(t, conn, "set timezone = 'UTC'")
	for _, o := range []struct{ date, source, status, reason string }{
		{"2026-11-21", "cost", "passed", ""},
		{"2026-11-22", "cost", "denied", "denied ce:GetCostAndUsage"},
		{"2026-11-23", "cost", "skipped", "paid calls are switched off"}, // hides nothing
		{"2026-11-23", "supporttickets", "not subscribed", "no plan"},
		{"2026-11-20", "computeoptimizer", "passed", ""},
		{"2026-11-22", "computeoptimizer", "not enabled", "opted out"},
		{"2026-11-20", "guardduty", "passed", ""},
		{"2026-11-22", "guardduty", "excluded by organization policy", "closed region"},
		{"2026-11-22", "health", "excluded by organization policy", "closed region"},
		{"2026-11-22", "iam", "skipped", "past"},
		{"2026-11-22", "kms", "passed with warnings", "denied kms:DescribeKey"},
		{"2026-11-22", "gone", "passed", ""}, // a source that this version does not have
	} {
		insertOutcome(t, conn, a, o.date, o.source, o.status, o.reason)
	}
	checkRows(t, conn, `computeoptimizer lost run-2026-11-22 2026-11-22 02:00:00+00 2026-11-20 02:00:00+00 opted out
cost denied run-2026-11-22 2026-11-22 02:00:00+00 2026-11-21 02:00:00+00 denied ce:GetCostAndUsage
guardduty lost run-2026-11-22 2026-11-22 02:00:00+00 2026-11-20 02:00:00+00 closed region
health excluded by organization policy run-2026-11-22 2026-11-22 02:00:00+00 NULL closed region
iam skipped run-2026-11-22 2026-11-22 02:00:00+00 NULL past
kms passed with warnings run-2026-11-22 2026-11-22 02:00:00+00 2026-11-22 02:00:00+00 denied kms:DescribeKey
supporttickets not subscribed run-2026-11-23 2026-11-23 02:00:00+00 NULL no plan`, `
		select service, last_outcome, run, last_run_at, last_success_at, reason from view360.coverage order by service`)
}

// A source needs no list but the catalog.
func TestCoverageHasEverySource(t *testing.T) {
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	for _, source := range catalog.Sources {
		insertOutcome(t, conn, a, "2026-11-22", source.Name, "failed", "because")
		checkRows(t, conn, source.Title, "select title from view360.coverage where service = $1 and last_outcome = 'failed'", source.Name)
	}
}

func insertOutcome(t *testing.T, conn *pgx.Conn, accountRowID int, date, source, status, reason string) {
	t.Helper()
	exec(t, conn, `
		insert into view360.outcomes (account_row_id, source, snapshot_interval, snapshot_date, run, status, reason, warnings,
			messages, items, bytes, calls, throttles, paid_calls, duration_ms, collected_at)
		values ($1, $3, 'DAILY', $2::date, 'run-' || $2, $4, nullif($5, ''), 0, '[]', 0, 0, 0, 0, 0, 0, ($2 || ' 02:00Z')::timestamptz)`,
		accountRowID, date, source, status, reason)
}

func TestLoadHistoryAndRejectsAreShown(t *testing.T) {
	t.Parallel()
	conn := openTextConn(t)
	load := insert(t, conn, `
		insert into view360.loads (object_key, object_version, table_group, account_id, region, snapshot_date,
			snapshot_interval, state, started_at, finished_at, counters)
		values ('data/k', 'e', 'security', '111111111111', 'r', '2026-11-22', 'DAILY', 'loaded', now(),
			now() + interval '2 seconds', '{"kms_keys": {"read": 3, "created": 2, "rejected": 1},
			"findings": {"read": 4, "unchanged": 4}}')`)
	exec(t, conn, `insert into view360.rejects (load_id, section, item_index, table_name, column_name, reason)
		values ($1, 'security.kms_keys', 2, 'kms_keys', 'key_id', 'missing')`, load)
	checkRows(t, conn, "security loaded 00:00:02 7 2 0 4 0 1 0", `
		select table_group, state, duration, rows_read, created, updated, unchanged, adapted, rejected, deleted
		from view360.load_history`)
	checkRows(t, conn, "111111111111 rejected security.kms_keys 2 key_id missing",
		"select account, outcome, section, item_index, column_name, reason from view360.recent_rejects")
	exec(t, conn, "update view360.rejects set rejected_at = now() - interval '31 days'")
	checkRows(t, conn, "", "select * from view360.recent_rejects")
}
