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
	tried := 0
	for n, parents := range []bool{false, true} {
		s := everything
		s.Account = fmt.Sprintf("%012d", n)
		before := b.LoadText(s.Key(), s.JSON())
		s.Rows, s.Date, s.Collected = 2, "2026-03-12", "2026-03-12T01:00:00Z"
		s.Edit = func(table load.Table, n int, row map[string]any) {
			if n == 0 && isParent(table) == parents {
				setMisfit(table, row)
			}
		}
		after := b.LoadText(s.Key(), s.JSON())
		for _, table := range loaders.Tables() {
			if !losesRows(table) {
				continue
			}
			first, second := before[table.Name], after[table.Name]
			rejects := isParent(table) == parents && slices.ContainsFunc(table.Columns, func(c load.Column) bool { return rejectsRow(table, c) })
			if rejects != (second.Rejected == 1) {
				t.Errorf("%s: %+v, a row rejected: %t", table.Name, second, rejects)
			}
			tried += int(second.Rejected)
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
	if tried < 2 {
		t.Errorf("%d rows rejected, want some", tried)
	}
}

// TestUnreadableValueIsNull lists rows of each table with values outside the key that cannot be read.
func TestUnreadableValueIsNull(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := everything
	spoiled := map[string]int{}
	s.Edit = func(table load.Table, n int, row map[string]any) {
		for _, c := range table.Columns {
			inKey := slices.Contains(table.Key, c.Name) || strings.HasPrefix(c.Name, "_") || c.Fixed != nil
			kind := c.Type.String()
			readable := inKey || strings.Contains(c.Member, ".") || c.FallbackMember != "" || c.Rule == load.Whole
			switch {
			case readable || c.Rule == load.Required && c.Default == "" && !strings.HasPrefix(kind, "character"):
			case c.Type == load.Boolean, c.Type == load.Timestamp, c.Type == load.Date, c.Type == load.Integer, strings.HasPrefix(kind, "numeric"):
				row[loadtest.Member(c)] = "N/A"
				spoiled[table.Name]++
			case strings.HasPrefix(kind, "character"):
				row[loadtest.Member(c)] = strings.Repeat("x", 3_000)
				spoiled[table.Name]++
			}
		}
	}
	for name, c := range b.LoadText(s.Key(), s.JSON()) {
		if c.Rejected > 0 || c.Adapted < int64(min(1, spoiled[name])) {
			t.Errorf("%s: %+v with %d values that cannot be read", name, c, spoiled[name])
		}
	}
	if len(spoiled) < 20 {
		t.Errorf("only %v", spoiled)
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

// setMisfit gives a row a value outside its key that rejects the row. It reports whether the table has such a column.
func setMisfit(table load.Table, row map[string]any) bool {
	i := slices.IndexFunc(table.Columns, func(c load.Column) bool { return rejectsRow(table, c) })
	if i < 0 {
		return false
	}
	row[loadtest.Member(table.Columns[i])] = nil
	return true
}

// rejectsRow reports whether a column outside the key must have a value.
func rejectsRow(table load.Table, c load.Column) bool {
	inKey := slices.Contains(table.Key, c.Name) || strings.HasPrefix(c.Name, "_")
	return !inKey && c.Fixed == nil && c.Rule == load.Required && c.Default == "" && !strings.Contains(c.Member, ".")
}
