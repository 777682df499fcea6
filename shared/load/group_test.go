package load_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
)

func buildSection(key, value string) loadtest.Snapshot {
	return loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{key: value}}
}

// TestUpdatedAtMovesOnlyWithAChange checks the tables with their own updated_at.
func TestUpdatedAtMovesOnlyWithAChange(t *testing.T) { // L23
	t.Parallel()
	b := newBench(t)
	touched := []string{"accounts", "contact_info", "alternate_contacts"}
	for _, table := range loaders.Tables() {
		if table.HasUpdatedAt {
			touched = append(touched, table.Name)
		}
	}
	s := everything
	at := func(day int, version int) {
		s.Version = version
		s.Collected = time.Date(2026, 3, day, 1, 0, 0, 0, time.UTC).Format(time.RFC3339)
		b.LoadText(s.Key(), s.JSON())
	}
	at(11, 0)
	for _, table := range touched {
		b.Exec("update " + table + " set updated_at = '2000-01-01'")
	}
	at(12, 0)
	for _, table := range touched {
		b.Want("select count(*) from "+table+" where updated_at <> '2000-01-01'", "0")
	}
	at(13, 1)
	for _, table := range touched {
		if table == "alternate_contacts" { // the same in each version
			continue
		}
		if b.Query("select count(*) from " + table + " where updated_at = '2000-01-01'")[0] != "0" {
			t.Errorf("%s: a changed row keeps its updated_at", table)
		}
	}
}

// TestVanishedResourcesAreDeleted checks that a later complete snapshot deletes the rows of current-state tables that it
// does not list, and no others. Rows that go with their parent are counted too.
func TestVanishedResourcesAreDeleted(t *testing.T) { // L50
	t.Parallel()
	b := newBench(t)
	s := everything
	before := b.LoadText(s.Key(), s.JSON())
	s.Rows, s.Date, s.Collected = 1, "2026-03-12", "2026-03-12T01:00:00Z"
	after := b.LoadText(s.Key(), s.JSON())
	for _, table := range loaders.Tables() {
		want := before[table.Name].Created
		if table.Nature == load.CurrentState || table.ReplaceSet {
			want = 1
		}
		b.Want("select count(*) from "+table.Name, fmt.Sprint(want))
		if got := after[table.Name].Deleted; got != before[table.Name].Created-want {
			t.Errorf("%s: %d deleted, want %d", table.Name, got, before[table.Name].Created-want)
		}
	}
}

// TestTableGroupLoadsInOneTransaction checks that the first tables of a group are empty if the last one fails, and that an
// error is not treated as an absent row.
func TestTableGroupLoadsInOneTransaction(t *testing.T) { // L14, L21
	t.Parallel()
	b := newBench(t)
	indexed := b.Index(everything.Key(), everything.JSON())
	handlers := b.Handlers()
	if _, err := handlers[0].Handle(t.Context(), load.Input{Index: indexed.Index, Group: "account"}); err != nil {
		t.Fatal(err)
	}
	for _, handler := range handlers[1:] {
		last := handler.Tables[len(handler.Tables)-1].Name
		b.Exec("alter table " + last + " rename to hidden")
		_, err := handler.Handle(t.Context(), load.Input{Index: indexed.Index, Group: handler.Name})
		if err == nil || !strings.Contains(err.Error(), last) {
			t.Errorf("group %s without table %s: %v, want an error that names it", handler.Name, last, err)
		}
		for _, table := range handler.Tables[:len(handler.Tables)-1] {
			b.Want("select count(*) from "+table.Name, "0")
		}
		b.Exec("alter table hidden rename to " + last)
	}
	b.Want("select count(*), count(error) from view360.loads where state = 'failed'", "6|6")
}
