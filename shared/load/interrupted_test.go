package load_test

import (
	"testing"

	"view360/shared/load"
	"view360/shared/snapshot"
)

// A killed loader leaves its entry running, and its session's locks end with it.
func TestInterruptedLoadsAreEnded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, account := range []string{"111122223333", "444455556666"} {
		b.Exec(`insert into view360.loads (object_key, object_version, table_group, account_id, region, snapshot_date, snapshot_interval)
values ($1::text, 'v', 'cost', $1::text, 'eu-west-1', '2026-03-11', 'DAILY')`, account)
	}
	busy, err := b.Pool.Begin(t.Context()) // the loader of an account that is alive
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Rollback(t.Context()) //nolint:errcheck // the test is over
	if err := load.LockAccountRegion(t.Context(), busy, snapshot.Index{Name: snapshot.Name{Account: "444455556666", Region: "eu-west-1"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if ended, err := load.EndInterrupted(t.Context(), b.Pool); err != nil || ended != want {
			t.Errorf("ended %d loads, error %v, want %d", ended, err, want)
		}
	}
	b.Want("select account_id, state, error is null, finished_at is null from view360.loads order by 1", "111122223333|failed|false|false", "444455556666|running|true|true")
}
