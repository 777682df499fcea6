package load_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
)

// TestRejectedRowKeepsItsStoredRow lists the first row of each table with a value that does not fit, in a complete section
// that no longer lists the last row. Parent tables have their own round, so that their children stay with them.
func TestRejectedRowKeepsItsStoredRow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for n, parents := range []bool{false, true} {
		s := everything
		s.Account = fmt.Sprintf("%012d", n)
		before := b.LoadText(s.Key(), s.JSON())
		s.Rows, s.Date, s.Collected = 2, "2026-03-12", "2026-03-12T01:00:00Z"
		s.Edit = func(table load.Table, n int, row map[string]any) {
			if n == 0 && isParent(table) == parents {
				setMisfit(t, table, row)
			}
		}
		after := b.LoadText(s.Key(), s.JSON())
		for _, table := range loaders.Tables() {
			if !losesRows(table) {
				continue
			}
			first, second := before[table.Name], after[table.Name]
			if isParent(table) == parents && second.Rejected != 1 {
				t.Errorf("%s: %+v, want 1 row rejected", table.Name, second)
			}
			want := second.Read
			if parents && table.ReplaceSet { // the set of a rejected report stays whole
				want = first.Created
			}
			if second.Deleted != first.Created-want {
				t.Errorf("%s: %d rows deleted, want %d", table.Name, second.Deleted, first.Created-want)
			}
			if got := b.Query("select count(*) from " + b.ofAccountSQL(table, s.Account))[0]; got != fmt.Sprint(want) {
				t.Errorf("%s: %s rows stored, want %d", table.Name, got, want)
			}
		}
	}
}

// TestSectionWithUnreadableKeyDeletesNothing lists an element of which nobody knows which row it describes.
func TestSectionWithUnreadableKeyDeletesNothing(t *testing.T) {
	t.Parallel()
	for _, unreadable := range []string{`"not an object"`, `{}`} {
		t.Run(unreadable, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a", "b")})
			next := loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: buildKMS("a")}
			next.Sections["security"] = strings.Replace(next.Sections["security"], "[", "["+unreadable+",", 1)
			counts := b.Load(next)["kms_keys"]
			if want := (load.Counts{Read: 2, Unchanged: 1, Rejected: 1}); counts != want {
				t.Errorf("%+v, want %+v", counts, want)
			}
			b.Want("select key_id from kms_keys order by 1", "a", "b")
		})
	}
}

// TestKeyThatNoColumnHoldsKeepsNoRow lists a key that was never stored, because it is longer than its column.
func TestKeyThatNoColumnHoldsKeepsNoRow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a", "b")})
	b.Load(loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: buildKMS("a", strings.Repeat("k", 300))})
	b.Want("select key_id from kms_keys order by 1", "a")
}

// losesRows reports whether a section deletes rows of the table that it does not list.
func losesRows(table load.Table) bool { return table.Nature == load.CurrentState || table.ReplaceSet }

// setMisfit gives a row a value outside its key that rejects the row.
func setMisfit(t *testing.T, table load.Table, row map[string]any) {
	t.Helper()
	for _, c := range table.Columns {
		if slices.Contains(table.Key, c.Name) || c.Fixed != nil || strings.HasPrefix(c.Name, "_") || strings.Contains(c.Member, ".") {
			continue
		}
		switch text := strings.HasPrefix(c.Type.String(), "character varying") || c.Type == load.Text; {
		case !text:
			row[loadtest.Member(c)] = true
			if c.Type == load.Boolean {
				row[loadtest.Member(c)] = "perhaps"
			}
			return
		case text && c.Type != load.Text && (c.Rule == load.Strict || c.Rule == load.Required):
			row[loadtest.Member(c)] = strings.Repeat("x", 1_000)
			return
		}
	}
	if losesRows(table) {
		t.Errorf("%s: no value outside the key can reject a row", table.Name)
	}
}
