package sql_test

import (
	"strings"
	"testing"

	"view360/shared/catalog"
)

func TestCoverageShowsTheLastOutcome(t *testing.T) {
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	exec(t, conn, "set timezone = 'UTC'")
	for _, r := range []struct{ at, cost, messages string }{
		{"2026-11-20 02:00Z", "Pass", ""},
		{"2026-11-22 02:00Z", "Fail", `values ($1::integer, 'cost', 'denied ce:GetCostAndUsage'), ($1, 'support_tickets', 'no plan'),
			($1, 'support_tickets', 'Fail'), ($1, 'compute_optimizer', 'not enabled: nobody opted in')`},
		{"2026-11-21 02:00Z", "Pass", ""},
		// one that read the account alone
		{"2026-11-23 02:00Z", "Skipped", `values ($1::integer, 'support_tickets', 'Skipped'), ($1, 'compute_optimizer', 'Skipped')`},
	} {
		id := insert(t, conn, "insert into logs (account_id, date_created, cost_status, marketplace_status) values ($1, $2, $3, 'Skipped')", a, r.at, r.cost)
		if r.messages != "" {
			exec(t, conn, "insert into log_messages (log_id, message_type, message) "+r.messages, id)
		}
	}
	checkRows(t, conn, `account Pass 2026-11-23 02:00:00+00 2026-11-23 02:00:00+00 NULL
compute_optimizer Pass 2026-11-22 02:00:00+00 2026-11-22 02:00:00+00 not enabled: nobody opted in
cost Fail 2026-11-22 02:00:00+00 2026-11-21 02:00:00+00 denied ce:GetCostAndUsage
marketplace Skipped 2026-11-23 02:00:00+00 NULL NULL
support_tickets Fail 2026-11-22 02:00:00+00 2026-11-21 02:00:00+00 no plan`, `
		select service, last_outcome, last_run_at, last_success_at, reason from view360.coverage
		where service in ('account', 'compute_optimizer', 'cost', 'marketplace', 'support_tickets') order by service`)
	checkRows(t, conn, "16", "select count(*) from view360.coverage")
}

// TestCoverageShowsReasonsOfEverySource: a message is about the first section of a source, and a reason of all that the
// source fills.
func TestCoverageShowsReasonsOfEverySource(t *testing.T) {
	t.Parallel()
	conn := openTextConn(t)
	for _, source := range catalog.Sources {
		a := insertAccount(t, conn, "111111111111", source.Name)
		kind := source.Sections[0][strings.LastIndexByte(source.Sections[0], '.')+1:]
		log := insert(t, conn, "insert into logs (account_id, date_created) values ($1, now())", a)
		exec(t, conn, "insert into log_messages (log_id, message_type, message) values ($1, $2, 'failed: because'), ($1, 'iam', 'Fail')", log, kind)
		for _, section := range source.Sections {
			service, _, _ := strings.Cut(section, ".")
			want := "failed: because"
			if kind != service {
				want = kind + ": " + want
			}
			checkRows(t, conn, want, "select reason from view360.coverage where account_region = $1 and service = $2", source.Name, service)
		}
	}
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
