package load

import (
	"fmt"
	"slices"
)

// These statements ask which stored rows a section may touch, and what is known of them.

// inScopeSQL tells whether a row of t is the account's ($1), or that of a parent in this section.
func (t Table) inScopeSQL() string {
	if t.Parent == nil || t.Parent.Account {
		return "t.account_id = $1"
	}
	return fmt.Sprintf("$1::integer is not null and t.%s in (select id from %s)", quoteName(t.Parent.Column), idTable(t.Parent.Table))
}

// storedStateSQL asks what is known of the table and an accounts row ($1) before a section observed at $3 is loaded.
func (t Table) storedStateSQL() string {
	return fmt.Sprintf(`select coalesce(w.observed_at > $3, false), not exists (select from %s t where %s),
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0), coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2`, t.Name, t.inScopeSQL())
}

// versionsSQL are the rows in scope: how many, a sum that changes with every write to any of them, and whether one was
// observed after $2.
func (t Table) versionsSQL() string {
	return fmt.Sprintf(`select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions, coalesce(max(t.observed_at) > $2, false) as newer
from %s t where %s`, t.Name, t.inScopeSQL())
}

// parentIDsSQL are the parent rows that rows may belong to: what they know them by, and the ids.
func (t Table) parentIDsSQL() string {
	if t.Parent.Member != "" {
		return fmt.Sprintf("select %s::text, id from %s where account_id = $1 limit $2", quoteName(t.Parent.Lookup), t.Parent.Table)
	}
	statement := fmt.Sprintf("select _row::text, id from %s where $1::integer is not null", idTable(t.Parent.Table))
	if t.ReplaceSet {
		statement += " and fresh"
	}
	return statement + " limit $2"
}

// parentsSQL are the parent rows that the account's rows may belong to: those of the section, or of any region of the account.
func (p *Parent) parentsSQL() string {
	if p.Member == "" {
		return idTable(p.Table)
	}
	return fmt.Sprintf("(select * from %s where account_id in (select b.id from accounts a join accounts b on b.account_id = a.account_id where a.id = $1))", p.Table)
}

// matchesSQL tells whether the parent p is that of the staged row x.
func (p *Parent) matchesSQL() string {
	if p.Member == "" {
		return "p._row = x._parent"
	}
	return fmt.Sprintf("p.%s = x._parent_key", quoteName(p.Lookup))
}

// withinParentsSQL narrows the stored rows t to those of known parents, so that an index finds them whatever the planner believes
// about their number.
func (t Table) withinParentsSQL() string {
	if t.Parent == nil || !slices.Contains(t.Key, t.Parent.Column) {
		return ""
	}
	return fmt.Sprintf(" and t.%s = any (array(select id from %s p))", quoteName(t.Parent.Column), t.Parent.parentsSQL())
}
