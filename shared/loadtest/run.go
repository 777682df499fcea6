package loadtest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/load"
	"view360/shared/loaders"
)

// Case is one rule of a table: snapshots that are loaded one after the other, and what is stored afterwards.
type Case struct {
	Name    string
	Loads   []Snapshot
	Query   string
	Want    []string    // rows of Query
	Counts  load.Counts // of the table in the last load; zero: not checked
	Rejects []string    // of all loads: section|index|column|reason; nil: not checked
}

// Run checks what holds for every table: a load writes every row, the same rows again change nothing, and an older
// snapshot changes nothing after a newer one. Then it checks the table's own rules. It loads the account and the table's
// group.
func Run(t *testing.T, table string, cases []Case) {
	t.Helper()
	t.Parallel()
	group := findGroup(t, table)
	t.Run("every load", func(t *testing.T) {
		t.Parallel()
		checkEveryLoad(NewBench(t), group, table)
	})
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.checkCase(NewBench(t), group, table)
		})
	}
}

// findGroup returns the group of a table; the tables of the account group have no mapping.
func findGroup(t *testing.T, table string) string {
	t.Helper()
	for _, group := range loaders.Groups {
		for _, mapped := range group.Tables {
			if mapped.Name == table {
				return group.Name
			}
		}
	}
	return loaders.Groups[0].Name
}

func checkEveryLoad(b *Bench, group, table string) {
	newer := Builder{Account: "111122223333", Region: "eu-west-1", Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Rows: 3, Version: 1}
	older := newer
	older.Date, older.Collected, older.Version = "2026-03-11", "2026-03-11T01:00:00Z", 0
	counts := b.loadGroup(group, newer.Key(), newer.JSON())[table]
	if counts.Read == 0 || counts != (load.Counts{Read: counts.Read, Created: counts.Read}) {
		b.Errorf("first load: %+v, want all rows created", counts)
	}
	want := b.readRows(table)
	if len(want) != int(counts.Created) {
		b.Errorf("%d rows of %d are stored", len(want), counts.Created)
	}
	for _, again := range []struct{ name, key, text string }{
		{"same rows", newer.Key(), newer.JSON() + " "}, // another version of the object
		{"older snapshot", older.Key(), older.JSON()},
	} {
		if got := b.loadGroup(group, again.key, again.text)[table]; got != (load.Counts{Read: counts.Read, Unchanged: counts.Read}) {
			b.Errorf("%s: %+v, want all rows unchanged", again.name, got)
		}
		if diff := cmp.Diff(want, b.readRows(table)); diff != "" {
			b.Errorf("%s changes rows:\n%s", again.name, diff)
		}
	}
}

func (c Case) checkCase(b *Bench, group, table string) {
	var counts load.Counts
	for _, s := range c.Loads {
		counts = b.loadGroup(group, s.Key(), s.JSON())[table]
	}
	b.Want(c.Query, c.Want...)
	if c.Counts != (load.Counts{}) && counts != c.Counts {
		b.Errorf("the last load has %+v, want %+v", counts, c.Counts)
	}
	if c.Rejects != nil {
		b.Want("select section, item_index, column_name, reason from view360.rejects where outcome = 'rejected' order by id", c.Rejects...)
	}
}

// loadGroup loads the account and a group.
func (b *Bench) loadGroup(group, key, text string) map[string]load.Counts {
	b.Helper()
	handlers := []load.Handler{b.Handler(loaders.Groups[0].Name)}
	if group != handlers[0].Name {
		handlers = append(handlers, b.Handler(group))
	}
	tables := map[string]load.Counts{}
	for _, out := range b.LoadGroups(key, text, handlers) {
		for name, c := range out.Tables {
			tables[name] = c
		}
	}
	return tables
}

func (b *Bench) readRows(table string) []string {
	b.Helper()
	return b.Query(fmt.Sprintf("select to_jsonb(t)::text from %s t order by 1", table))
}
