// Package load writes one table group of one snapshot into PostgreSQL, with a number of round trips that does not depend
// on the number of rows. A section that is what it was the last time, and whose rows nobody has written since, is only
// compared by hash. Rows of which the table has none yet go straight into it with COPY. All others are streamed into a
// temporary table and taken over with one statement.
//
// What is loaded where is data: a [Table] for each table, in the sub-package of its group.
package load

import (
	"strings"

	"view360/shared/snapshot"
)

// Nature says how a table's rows live, and so what a later or earlier snapshot may do to them.
type Nature int

const (
	// PeriodFact rows are keyed by their period and kept for ever.
	PeriodFact Nature = iota
	// Event rows are keyed by the event and kept for ever.
	Event
	// CurrentState rows say how something is now: the newest snapshot wins, and what a complete one does not mention
	// is gone.
	CurrentState
)

// Table maps a place in the snapshot to a table.
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
	// IsParent: tables below need the ids of the rows.
	IsParent bool
	// ReplaceSet: the rows of one parent are a set. What the section does not list for a parent that it mentions goes.
	ReplaceSet bool
	// HasUpdatedAt: the table has updated_at of its own, the time of the last change of the row.
	HasUpdatedAt bool
	// VersionColumn names a column whose greater value wins over the time of collection, such as updated_at.
	VersionColumn string
	// PeriodColumns are two date columns; a row whose second is before its first is rejected.
	PeriodColumns [2]string
	// Wrapped is the member of an object that lists the rows, where a sender writes that object instead of the list.
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
}

// Column maps a member to a column.
type Column struct {
	Name string
	// Member is the path in the element where it is not the column's name, such as period.start.
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
	// Shared: where the rows are [Table.Wrapped], the object around them may hold the value for all of them.
	Shared bool
}

// Rule says what to do with a value that does not fit.
type Rule int

const (
	// Strict rejects the row. It is the rule of ids, keys, numbers and times.
	Strict Rule = iota
	// Required is Strict, also for a value that is absent or null.
	Required
	// Cut a text at its column's length.
	Cut
	// CutAtComma cuts a list at a comma.
	CutAtComma
	// Clamp a number to what the column holds.
	Clamp
	// AtLeastOne rounds a positive fraction to at least 1.
	AtLeastOne
	// Join the elements of a list with commas, then Cut.
	Join
)

// isHidden reports whether the column only finds the parent.
func (c Column) isHidden() bool { return strings.HasPrefix(c.Name, "_") }

// isReportOrSet reports whether the table's rows are a period's report or the set of one.
func (t Table) isReportOrSet() bool { return t.ReplaceSet || t.IsParent && t.Nature == PeriodFact }

func (t Table) findColumn(name string) (Column, bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}
