package test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/fault"
	"view360/shared/inprocess"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
	"view360/shared/object"
	"view360/shared/postgres"
)

var cutEvery = flag.Int64("cut-every", 29, "cut the connection at every n-th message; 1 is each one")

// buildDays returns snapshots of two accounts over three days; rows appear, change and vanish.
func buildDays() []loadtest.Builder {
	var snapshots []loadtest.Builder
	for day := 11; day < 14; day++ {
		for _, account := range []string{"111122223333", "444455556666"} {
			snapshots = append(snapshots, loadtest.Builder{
				Account: account, Region: "eu-west-1", Date: fmt.Sprintf("2026-03-%d", day), Collected: fmt.Sprintf("2026-03-%dT01:00:00Z", day), Rows: 1 + day%3, Version: day,
			})
		}
	}
	return snapshots
}

// TestConnectionsCutAtEachStatement cuts the connection at one message after the other, each time while another account
// is loaded, and loads it again.
func TestConnectionsCutAtEachStatement(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pool, err := postgres.OpenPool(t.Context(), s.wire.url, 2, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	one := loadtest.Builder{Region: "eu-west-1", Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Rows: 1}
	var snapshots []loadtest.Builder
	cuts := 0
	for at := int64(1); ; at += *cutEvery {
		one.Account = fmt.Sprintf("%012d", at)
		snapshots = append(snapshots, one)
		s.put(one)
		var cut atomic.Bool
		s.wire.watch(func(n int64) bool {
			if n == at {
				cut.Store(true)
			}
			return n != at
		})
		err := loadWaiting(t.Context(), pool, s.store)
		s.wire.watch(nil)
		if !cut.Load() {
			break // there is no such message
		}
		if err != nil && !fault.IsRetryable(err) { // without an error the cut came while it connected
			t.Errorf("cut at message %d: %v, want an error that is tried again", at, err)
		}
		cuts++
		if err := loadWaiting(t.Context(), pool, s.store); err != nil {
			t.Fatalf("after the cut at message %d: %v", at, err)
		}
	}
	if diff := cmp.Diff(loadUndisturbed(t, snapshots...), readContents(t, s.pool)); diff != "" {
		t.Error(diff)
	}
	if cuts == 0 {
		t.Error("no connection was cut")
	}
	t.Attr("tried", fmt.Sprintf("%d connections to the database cut, each at another message of a load", cuts))
	t.Logf("cut the connection at %d messages: each load was whole after it was done again", cuts)
}

// refusals are errors of the server that may pass.
var refusals = []struct{ state, text string }{
	{"53100", "could not extend file: No space left on device"}, {"53200", "out of memory"}, {"53300", "sorry, too many clients already"},
	{"40P01", "deadlock detected"}, {"40001", "could not serialize access"}, {"55P03", "canceling statement due to lock timeout"},
	{"57P01", "terminating connection due to administrator command"}, {"57P03", "the database system is starting up"},
}

// TestMessageCountDoesNotDependOnRows: a load of many rows takes as many messages as one of a few.
func TestMessageCountDoesNotDependOnRows(t *testing.T) { // L18
	t.Parallel()
	s := newSite(t)
	sent := func(account string, rows int) int64 {
		pool, err := postgres.OpenPool(t.Context(), s.wire.url, 1, postgres.ConnectOptions{Params: load.SessionParams})
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		s.put(loadtest.Builder{Account: account, Region: "eu-west-1", Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Rows: rows})
		s.wire.watch(func(int64) bool { return true })
		if err := loadWaiting(t.Context(), pool, s.store); err != nil {
			t.Fatal(err)
		}
		return s.wire.messages.Load()
	}
	if few, many := sent("111122223333", 2), sent("444455556666", 60); few != many || few == 0 {
		t.Errorf("2 rows of each table take %d messages, 60 take %d", few, many)
	}
}

// TestServerErrorsAreRetriedOrReported makes the server refuse the last table of every group, once for each reason. The
// error is retryable and names the reason, and the group has stored nothing.
func TestServerErrorsAreRetriedOrReported(t *testing.T) {
	t.Parallel()
	one := buildDays()[0]
	s := newSite(t, one)
	for _, group := range loaders.Groups[1:] { // account is another test's
		for _, r := range refusals {
			last := group.Tables[len(group.Tables)-1].Name
			s.exec(fmt.Sprintf("create function refuse() returns trigger language plpgsql as $$ begin raise exception '%s' using errcode = '%s'; end $$", r.text, r.state))
			s.exec("create trigger refuse before insert on " + last + " execute function refuse()")
			err := loadWaiting(t.Context(), s.pool, s.store)
			if !fault.IsRetryable(err) || !strings.Contains(err.Error(), r.text) {
				t.Errorf("group %s: %v, want an error that is tried again and says %q", group.Name, err, r.text)
			}
			s.exec("drop function refuse() cascade")
			for _, table := range group.Tables {
				if n := queryTexts(t, s.pool, "select count(*)::text from "+table.Name)[0]; n != "0" {
					t.Errorf("group %s left %s rows of %s behind", group.Name, n, table.Name)
				}
			}
		}
	}
	if err := loadWaiting(t.Context(), s.pool, s.store); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(loadUndisturbed(t, one), readContents(t, s.pool)); diff != "" {
		t.Error(diff)
	}
	t.Logf("refused %d times in each of %d groups", len(refusals), len(loaders.Groups)-1)
}

func (s *site) exec(statement string) {
	s.Helper()
	if _, err := s.pool.Exec(s.Context(), statement); err != nil {
		s.Fatal(err)
	}
}

// TestLockedTableIsTriedAgain: somebody else holds a lock for longer than the loaders wait.
func TestLockedTableIsTriedAgain(t *testing.T) {
	t.Parallel()
	one := buildDays()[0]
	s := newSite(t, one)
	impatient, err := postgres.OpenPool(t.Context(), s.wire.url, 2, postgres.ConnectOptions{Params: map[string]string{"lock_timeout": "100ms"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(impatient.Close)
	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "lock table kms_keys in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	if err := loadWaiting(t.Context(), impatient, s.store); !fault.IsRetryable(err) || !strings.Contains(err.Error(), "lock timeout") {
		t.Errorf("over a locked table: %v, want an error that is tried again", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := loadWaiting(t.Context(), impatient, s.store); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(loadUndisturbed(t, one), readContents(t, s.pool)); diff != "" {
		t.Error(diff)
	}
}

// TestObjectReplacedDuringItsLoadIsLoadedAgain replaces or deletes the object before each step of its load. The load
// stops, and the new object loads as if nothing had happened.
func TestObjectReplacedDuringItsLoadIsLoadedAgain(t *testing.T) {
	older, newer := buildDays()[0], buildDays()[2]
	newer.Date, newer.Rows = older.Date, older.Rows
	want := loadUndisturbed(t, newer)
	for _, change := range []string{"replaced", "deleted"} {
		for step := 2; step <= len(loaders.Groups)+2; step++ { // the groups, record
			t.Run(fmt.Sprint(change, " before step ", step), func(t *testing.T) {
				t.Parallel()
				s := newSite(t, older)
				s.changeBefore(step, func() {
					if change == "replaced" {
						s.put(newer)
					} else if err := s.store.Delete(t.Context(), object.Version{Key: older.Key()}); err != nil {
						t.Error(err)
					}
				})
				s.put(newer)
				if err := loadWaiting(t.Context(), s.pool, s.store); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, readContents(t, s.pool)); diff != "" {
					t.Errorf("want what a load of the newer one alone gives:\n%s", diff)
				}
			})
		}
	}
}

// changeBefore loads all waiting objects, and calls change before a step.
func (s *site) changeBefore(step int, change func()) {
	s.Helper()
	functions := inprocess.Functions{}
	inprocess.AddLoad(functions, s.pool, func(string) *object.Store { return s.store }, nil)
	calls := 0
	invoke := func(ctx context.Context, name string, payload json.RawMessage) (json.RawMessage, error) {
		if calls++; calls == step {
			change()
		}
		return functions.Invoke(nil)(ctx, name, payload)
	}
	err := loadOne(s.Context(), invoke, buildDays()[0].Key())
	if err == nil {
		s.Error("the load of an object that is another one now succeeds")
	}
}
