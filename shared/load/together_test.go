package load_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
)

// TestConcurrentLoadersOfOneFileDoubleNothing loads one snapshot with four workers at once. Every row is stored once, and
// each worker returns its own counts.
func TestConcurrentLoadersOfOneFileDoubleNothing(t *testing.T) { // L15, L16, L17
	t.Parallel()
	b := newBench(t)
	indexed := b.Index(everything.Key(), everything.JSON())
	for _, handler := range b.Handlers() {
		var together sync.WaitGroup
		results := make([]load.Output, 4)
		for i := range results {
			together.Go(func() {
				var err error
				if results[i], err = handler.Handle(b.Context(), load.Input{Index: indexed.Index, Group: handler.Name}); err != nil {
					t.Error(err)
				}
			})
		}
		together.Wait()
		first := 0
		for _, r := range results {
			if !r.Already {
				first++
			}
			for name, c := range r.Tables {
				if c.Read != c.Created+c.Unchanged || r.Already == (c.Created > 0) && c.Read > 0 {
					t.Errorf("%s: %+v, already %t", name, c, r.Already)
				}
			}
		}
		if first != 1 {
			t.Errorf("group %s: %d workers loaded it, want one", handler.Name, first)
		}
	}
	for _, table := range loaders.Tables() {
		want := fmt.Sprint(everything.Rows)
		if !strings.HasSuffix(table.Section, "[]") {
			want = "1"
		}
		b.Want("select count(*) from "+table.Name, want)
	}
}

// TestFilesOfOneAccountLoadAtOnce loads two dates and two regions of one account at the same time, and compares the rows
// with those of one load after the other.
func TestFilesOfOneAccountLoadAtOnce(t *testing.T) {
	t.Parallel()
	var snapshots []loadtest.Builder
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		for day := 11; day < 13; day++ {
			s := everything
			s.Region, s.Version, s.Rows = region, day, day-9
			s.Date, s.Collected = fmt.Sprintf("2026-03-%d", day), fmt.Sprintf("2026-03-%dT01:00:00Z", day)
			snapshots = append(snapshots, s)
		}
	}
	after, together := newBench(t), newBench(t)
	for _, s := range snapshots {
		after.LoadText(s.Key(), s.JSON())
	}
	var all sync.WaitGroup
	for _, s := range snapshots {
		indexed := together.Index(s.Key(), s.JSON())
		all.Go(func() { together.loadGroupsAtOnce(indexed.Index) })
	}
	all.Wait()
	if diff := cmp.Diff(after.readAllRows(), together.readAllRows()); diff != "" {
		t.Errorf("one after the other against at once:\n%s", diff)
	}
}

// TestGroupsOfOneAccountLoadSideBySide loads the other groups while one is at it, and keeps what needs all of them waiting.
func TestGroupsOfOneAccountLoadSideBySide(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	index := b.Index(everything.Key(), everything.JSON()).Index
	account, security := b.Handler("account"), b.Handler("security")
	if _, err := account.Handle(t.Context(), load.Input{Index: index, Group: "account"}); err != nil {
		t.Fatal(err)
	}
	busy, err := b.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Rollback(t.Context()) //nolint:errcheck // the test is over
	if err := security.Lock(t.Context(), busy, index); err != nil {
		t.Fatal(err)
	}
	for _, handler := range b.Handlers() {
		if handler.Name == "account" || handler.Name == "security" {
			continue
		}
		if _, err := handler.Handle(t.Context(), load.Input{Index: index, Group: handler.Name}); err != nil {
			t.Errorf("beside security: %v", err)
		}
	}
	for _, group := range []load.Group{account.Group, security.Group} {
		err := pgx.BeginFunc(t.Context(), b.Pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), "set local lock_timeout = '10ms'"); err != nil {
				return err
			}
			return group.Lock(t.Context(), tx, index)
		})
		if failure := new(pgconn.PgError); !errors.As(err, &failure) || failure.Code != "55P03" {
			t.Errorf("%s beside security: got error %v, want a lock timeout", group.Name, err)
		}
	}
}

// readAllRows returns the rows of the tables without surrogate ids and times of loading.
func (b *bench) readAllRows() []string {
	b.Helper()
	var rows []string
	for _, table := range loaders.Tables() {
		var stored []string
		for _, c := range table.Columns {
			if !strings.HasPrefix(c.Name, "_") {
				stored = append(stored, fmt.Sprintf("t.%q", c.Name))
			}
		}
		from := table.Name + " t join accounts a on a.id = t.account_id"
		if table.Parent != nil && !table.Parent.Account {
			from = fmt.Sprintf("%s t join %s p on p.id = t.%s join accounts a on a.id = p.account_id", table.Name, table.Parent.Table, table.Parent.Column)
		}
		rows = append(rows, b.Query(fmt.Sprintf("select '%s', a.account_id, a.Region, %s from %s order by 2, 3, (row(%[2]s))::text", table.Name, strings.Join(stored, ", "), from))...)
	}
	return rows
}
