// Package load writes one table group of one snapshot into PostgreSQL, with a number of round trips that does not depend
// on the number of rows. For each section it takes the cheapest path that is safe:
//
//   - A section whose fingerprint matches, and whose rows have not been written since, is only hashed.
//   - Rows go straight into a table with COPY if it has no row of the account yet.
//   - All other rows are copied to a temporary table and upserted with one statement.
//
// A [Table] maps a section to a table. A sub-package for each [Group] has its tables; package loaders lists the groups.
package load

import (
	"context"
	"slices"
	"strings"

	"view360/shared/snapshot"
)

// Group is a table group: its tables are loaded by one function, in one transaction.
type Group struct {
	Name string
	// Tables in order, parents before children.
	Tables []Table
	// LoadAccountRow loads what no mapping can express, first in the transaction, and returns the id of the accounts row.
	// Nil looks that row up.
	LoadAccountRow func(ctx context.Context, s *Session) (int32, error)
}

// Nature says how long a table's rows live, and so what an earlier or later snapshot may do to them.
type Nature int

const (
	// PeriodFact rows are keyed by their period and kept forever.
	PeriodFact Nature = iota
	// Event rows are keyed by the event and kept forever.
	Event
	// CurrentState rows describe the present: the newest snapshot wins, and a complete section deletes the rows that it
	// does not list.
	CurrentState
)

// Table maps a section of the snapshot to a table.
type Table struct {
	Name string
	// Section is the path of the rows: security.kms[] for the elements of a list, cost for an object that is one row,
	// security.security_hub[].findings[] for lists inside the elements of a list.
	Section string
	Nature  Nature
	// Key is the conflict target: the columns of a unique index.
	Key     []string
	Columns []Column
	// Parent is the row that a row belongs to; nil means the accounts row, in the column account_id.
	Parent *Parent
	// IsParent: child tables need the ids of the rows.
	IsParent bool
	// ReplaceSet: the rows of one parent are a set. The section deletes the rows of its parents that it does not list.
	ReplaceSet bool
	// HasUpdatedAt: the table has its own updated_at, the time of the last change of the row.
	HasUpdatedAt bool
	// VersionColumn names a column whose greater value wins over the time of collection, such as updated_at.
	VersionColumn string
	// PeriodColumns are two date columns; a row whose second date is before its first is rejected.
	PeriodColumns [2]string
	// ReplacePeriod: a complete section has all rows of its period ([Table.PeriodColumns], and the granularity where rows
	// have one), and replaces older ones.
	ReplacePeriod bool
	// DailyOnly rows describe a day and have no granularity: snapshots of the longer intervals are left out. Of a parent
	// table, these create the rows that their children need, with defaults, and change none.
	DailyOnly bool
	// insertOnly: stored rows stay as they are.
	insertOnly bool
	// IsOpenSQL is the condition that a stored row t is open, if snapshots may list all open rows (snapshot.Range.AllOpen): the
	// column closed_at of the others gets the time of the snapshot.
	IsOpenSQL string
	// DiffersSQL is the condition that a new row x is another thing than the row t with the same key, if an id may be given
	// twice. Such a row is rejected.
	DiffersSQL string
	// Wrapped is the member of an object that lists the rows, for collectors that write that object instead of the list.
	Wrapped string
}

// Parent says how rows find their parent row.
type Parent struct {
	Table  string // the parent's table, loaded before
	Column string // the foreign key in this table
	// Member is the member that holds the parent's key column Lookup; empty means that the parent is the element
	// around the row.
	Member string
	Lookup string
	// Account: the table has the column account_id as well.
	Account bool
	// Counters are columns of the parent that count its rows. They are zero once its last row has moved to another parent.
	Counters []string
}

// Column maps a member to a column.
type Column struct {
	Name string
	// Member is the path in the element if it differs from the column's name, such as period.start.
	Member string
	Type   Type
	Rule   Rule
	// Default is used for a member that is absent or null; "" means NULL.
	Default string
	// Fixed is a value that does not come from a member but from the snapshot as a whole.
	Fixed func(snapshot.Index) string
	// FallbackMember is the member to read when Member is absent or null.
	FallbackMember string
	// Map changes the text of a value, before its length counts.
	Map func(string) string
	// KeepIfNull: a value that is null, or absent, leaves the stored one. A past date that is read again has none.
	KeepIfNull bool
	// Shared: if the rows are [Table.Wrapped], the object around them may hold the value for all of them.
	Shared bool
}

// Rule says what to do with a value that does not fit.
type Rule int

const (
	// Strict rejects the row if the column is part of the key. Else what cannot be read is null, and a text is cut at its
	// column's length; both are reported.
	Strict Rule = iota
	// Required is for columns that cannot be null: a value that cannot be read, is absent or null rejects the row, unless the
	// column has a default.
	Required
	// EmptyText is for texts that cannot be null: one that is absent or null is empty.
	EmptyText
	// Whole rejects the row: the value stands for rows that would be deleted.
	Whole
	// Cut cuts a text at its column's length, also in a key.
	Cut
	// CutAtComma cuts a list at a comma.
	CutAtComma
	// Clamp limits a number to the column's range.
	Clamp
	// AtLeastOne rounds a positive fraction to at least 1. Rounding is expected, as of the size of a Lambda function in GB,
	// and so is not reported.
	AtLeastOne
	// Join joins the elements of a list with commas, then cuts.
	Join
)

// isHidden reports whether the column only finds the parent.
func (c Column) isHidden() bool { return strings.HasPrefix(c.Name, "_") }

// isReportOrSet reports whether the table's rows are a period's report or the set of one.
func (t Table) isReportOrSet() bool {
	return t.ReplaceSet || t.ReplacePeriod || t.IsParent && t.Nature == PeriodFact
}

// listsOpen reports whether the section lists all open rows.
func (t Table) listsOpen(section snapshot.Range) bool { return t.IsOpenSQL != "" && section.AllOpen }

// replacesPeriod reports whether the section has all rows of its period.
func (t Table) replacesPeriod(section snapshot.Range) bool {
	return t.ReplacePeriod && section.Complete
}

// usesWatermark reports whether the watermark of the section says when every row of the table was last seen.
func (t Table) usesWatermark(section snapshot.Range) bool {
	return t.Nature == CurrentState && section.Complete
}

// keyLacksAccount reports whether rows of several accounts may have one key, such as the ARN of a finding. The regions of
// an account may share such a row; another account cannot take it over, even if it reports the same id.
func (t Table) keyLacksAccount() bool {
	return !slices.ContainsFunc(t.ownerColumns(), func(name string) bool { return slices.Contains(t.Key, name) })
}

// insertingOnly returns the table for rows of which only the keys count.
func (t Table) insertingOnly() Table {
	t.insertOnly, t.Columns = true, slices.Clone(t.Columns)
	for i, c := range t.Columns {
		if !slices.Contains(t.Key, c.Name) {
			t.Columns[i].Fixed = func(snapshot.Index) string { return c.Default }
		}
	}
	return t
}

// ownerColumns returns the columns that identify the owner of a row.
func (t Table) ownerColumns() []string {
	switch {
	case t.Parent == nil:
		return []string{"account_id"}
	case t.Parent.Account:
		return []string{"account_id", t.Parent.Column}
	default:
		return []string{t.Parent.Column}
	}
}

// storedColumns returns the columns of the table that the section fills, without those that only find the parent.
func (t Table) storedColumns() []string {
	var names []string
	for _, c := range t.Columns {
		if !c.isHidden() {
			names = append(names, c.Name)
		}
	}
	return names
}

func (t Table) findColumn(name string) (Column, bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}
