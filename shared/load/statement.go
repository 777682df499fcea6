package load

import (
	"fmt"
	"slices"
	"strings"
)

// The statements of a table are made from its mapping alone: identifiers are constants of this program, data only ever
// travels as COPY lines and parameters.

// tempTable is the temporary table that the rows of a section are copied to.
func (t Table) tempTable() string { return "stage_" + t.Name }

// createTempTableSQL makes the stage of the table: its columns with the table's types, and the row's place in the section. It
// stays with the connection, empty between transactions: to make and drop one for each load costs a small section more
// than its rows, and the database a hundred dead rows in its own catalogue.
func (t Table) createTempTableSQL() string {
	columns := []string{"_row integer", "_parent integer"}
	for _, c := range t.Columns {
		columns = append(columns, quoteName(c.Name)+" "+c.Type.String())
	}
	create := fmt.Sprintf("create temporary table if not exists %s (%s)", t.tempTable(), strings.Join(columns, ", "))
	if t.IsParent {
		create += fmt.Sprintf("; create temporary table if not exists %s (_row integer, id integer, fresh boolean)", idTable(t.Name))
	}
	return create
}

// idTable is the temporary table with the ids of the section's rows of a parent table.
func idTable(parent string) string { return parent + "_ids" }

func (t Table) copyTempTableSQL() string {
	columns := []string{"_row", "_parent"}
	for _, c := range t.Columns {
		columns = append(columns, quoteName(c.Name))
	}
	return fmt.Sprintf("copy %s (%s) from stdin", t.tempTable(), strings.Join(columns, ", "))
}

// copyDirectSQL fills the table itself.
func (t Table) copyDirectSQL() string {
	return fmt.Sprintf("copy %s (%s, observed_at) from stdin", t.Name, columnList("", slices.Concat(t.ownerColumns(), t.storedColumns())))
}

// storedColumns are the columns of the table that the section fills; a column that only finds the parent is not among them.
func (t Table) storedColumns() []string {
	var names []string
	for _, c := range t.Columns {
		if !c.isHidden() {
			names = append(names, c.Name)
		}
	}
	return names
}

// ownerColumns are the columns that say whose row it is.
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

// sourceSQL is the stage with the owner resolved, as a subquery named s.
func (t Table) sourceSQL() string {
	if t.Parent == nil {
		return fmt.Sprintf("(select $1::integer as account_id, x.* from %s x) s", t.tempTable())
	}
	fresh := ""
	if t.ReplaceSet { // the set of a parent of which a newer snapshot knew better stays as it is
		fresh = " and p.fresh"
	}
	return fmt.Sprintf("(select $1::integer as account_id, p.id as %s, x.* from %s x join %s p on %s%s) s", quoteName(t.Parent.Column), t.tempTable(), t.Parent.parentsSQL(), t.Parent.matchesSQL(), fresh)
}

// upsertSQL inserts the rows that are new and updates those that differ, unless a newer snapshot knew better. It takes
// the accounts row and the time of collection, and returns how many rows were created and updated. Rows that are equal
// are found by one hash join before anything is written, and cost no write and no sequence value.
func (t Table) upsertSQL() string {
	columns := slices.Concat(t.ownerColumns(), t.storedColumns())
	source := t.sourceSQL()
	if t.IsParent { // repeated rows stay in the stage: the rows below them need a parent
		keys := columnList("s.", t.Key)
		source = fmt.Sprintf("(select distinct on (%[1]s) * from %[2]s order by %[1]s, s._row desc) s", keys, source)
	}
	var set []string
	for _, name := range t.storedColumns() {
		if !slices.Contains(t.Key, name) {
			set = append(set, fmt.Sprintf("%s = excluded.%s", quoteName(name), quoteName(name)))
		}
	}
	for _, name := range t.ownerColumns() {
		if !slices.Contains(t.Key, name) {
			set = append(set, fmt.Sprintf("%s = excluded.%s", quoteName(name), quoteName(name)))
		}
	}
	set = append(set, "observed_at = excluded.observed_at")
	if t.HasUpdatedAt {
		set = append(set, "updated_at = current_timestamp")
	}
	return fmt.Sprintf(`with written as (
  insert into %[1]s as t (%[2]s, observed_at)
  select %[3]s, $2::timestamptz
  from %[4]s left join %[1]s t on %[5]s
  where t.id is null or (%[6]s and (%[7]s) is distinct from (%[3]s))
  on conflict (%[8]s) do update set %[9]s
  where %[10]s
  returning xmax = 0 as created
) select count(*) filter (where created), count(*) filter (where not created) from written`,
		t.Name, columnList("", columns), columnList("s.", columns), source, t.sameKeySQL("t", "s")+t.withinParentsSQL(), t.mayReplaceSQL("s."),
		columnList("t.", columns), columnList("", t.Key), strings.Join(set, ", "), t.mayReplaceSQL("excluded.")+t.stillOwnSQL())
}

// mayReplaceSQL tells whether the row from may replace the stored row t.
func (t Table) mayReplaceSQL(from string) string {
	if t.VersionColumn == "" {
		return "coalesce(t.observed_at, '-infinity') <= $2"
	}
	return fmt.Sprintf("(coalesce(t.%[1]s, '-infinity'), coalesce(t.observed_at, '-infinity')) <= (coalesce(%[2]s%[1]s, '-infinity'), $2)", quoteName(t.VersionColumn), from)
}

// sameKeySQL compares keys so that they can be hashed: a missing part equals a missing part.
func (t Table) sameKeySQL(a, b string) string {
	var conditions []string
	for _, name := range t.Key {
		if c, mapped := t.findColumn(name); mapped && c.Rule != Required && c.Type.kind == text {
			conditions = append(conditions, fmt.Sprintf("coalesce(%s.%s, e'\\x01') = coalesce(%s.%s, e'\\x01')", a, quoteName(name), b, quoteName(name)))
			continue
		}
		conditions = append(conditions, fmt.Sprintf("%s.%s = %s.%s", a, quoteName(name), b, quoteName(name)))
	}
	return strings.Join(conditions, " and ")
}

// markSeenSQL notes on equal rows that this snapshot saw them too. It is needed only where no watermark covers the table.
func (t Table) markSeenSQL() string {
	return fmt.Sprintf("update %s t set observed_at = $2 from %s where %s and coalesce(t.observed_at, '-infinity') < $2 and %s",
		t.Name, t.sourceSQL(), t.sameKeySQL("t", "s")+t.withinParentsSQL(), t.mayReplaceSQL("s."))
}

// deleteMissingSQL removes the account's rows that a complete section does not list.
func (t Table) deleteMissingSQL() string {
	return fmt.Sprintf("delete from %s t where t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2 and not exists (select from %s where %s)",
		t.Name, t.sourceSQL(), t.sameKeySQL("t", "s"))
}

// deleteFromSetsSQL removes the rows of the parents in this section that it does not list.
func (t Table) deleteFromSetsSQL() string {
	return fmt.Sprintf("delete from %s t where t.%s = any (array(select id from %s where fresh)) and coalesce(t.observed_at, '-infinity') <= $2 and not exists (select from %s where %s)",
		t.Name, quoteName(t.Parent.Column), idTable(t.Parent.Table), t.sourceSQL(), t.sameKeySQL("t", "s"))
}

// countDeletedSQL runs a delete from t and returns an array: how many rows it deleted, and of each table below how many go with
// them. What this statement deletes is still there for its subqueries; the cascade comes after it.
func countDeletedSQL(statement string, below []Table) string {
	counts := "(select count(*) from gone)"
	for _, child := range below {
		counts += fmt.Sprintf(", (select count(*) from %s where %s = any (array(select id from gone)))", child.Name, quoteName(child.Parent.Column))
	}
	return fmt.Sprintf("with gone as (%s returning t.id) select array[%s]", statement, counts)
}

// deleteDuplicatesSQL keeps the last row of each key.
func (t Table) deleteDuplicatesSQL() string {
	return fmt.Sprintf(`delete from %[1]s x using (select ctid, row_number() over (partition by %[2]s order by _parent desc, _row desc) as n from %[1]s) d
where x.ctid = d.ctid and d.n > 1`, t.tempTable(), strings.Join(t.tempKeyColumns(), ", "))
}

// hasDuplicatesSQL tells whether the stage has two rows of one key.
func (t Table) hasDuplicatesSQL() string {
	return fmt.Sprintf("select exists (select from %s group by %s having count(*) > 1)", t.tempTable(), strings.Join(t.tempKeyColumns(), ", "))
}

// tempKeyColumns are the columns of the stage that make the key.
func (t Table) tempKeyColumns() []string {
	var keys []string
	for _, name := range t.Key {
		if _, staged := t.findColumn(name); staged {
			keys = append(keys, quoteName(name))
		} else if t.Parent != nil && t.Parent.Member != "" {
			keys = append(keys, "_parent_key")
		} else {
			keys = append(keys, "_parent")
		}
	}
	return keys
}

// deleteOrphansSQL takes the rows whose parent does not exist out of the stage, and returns their places. $1 is the accounts row.
func (t Table) deleteOrphansSQL() string {
	return fmt.Sprintf("delete from %s x where $1::integer is not null and not exists (select from %s p where %s) returning x._parent, x._row",
		t.tempTable(), t.Parent.parentsSQL(), t.Parent.matchesSQL())
}

// saveIDsSQL remembers the surrogate ids of the section's rows for the tables below, and whether this snapshot is the newest
// that knows the row.
func (t Table) saveIDsSQL() string {
	return fmt.Sprintf("insert into %s select s._row, t.id, coalesce(t.observed_at, '-infinity') <= $2 as fresh from %s join %s t on %s",
		idTable(t.Name), t.sourceSQL(), t.Name, t.sameKeySQL("t", "s"))
}

func columnList(prefix string, names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = prefix + quoteName(name)
	}
	return strings.Join(quoted, ", ")
}

func quoteName(name string) string { return `"` + name + `"` }
