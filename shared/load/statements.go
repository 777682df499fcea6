package load

import (
	"fmt"
	"slices"
	"strings"

	"view360/shared/snapshot"
)

// statements are the SQL statements of a table, built from its mapping alone: identifiers are constants of this program,
// and data travels only in COPY lines and parameters. testdata/statements has them for each table.
//
// Parameters are the accounts row ($1) and the time of collection ($2) unless a statement says otherwise. In a statement,
// t is the stored row, x the row of the temporary table, s that row with its owner, and p its parent.
type statements struct{ Table }

// tempTableName returns the name of the temporary table for the rows of a section.
func (t statements) tempTableName() string { return "temp_" + t.Name }

// idTableName returns the name of the temporary table with the ids of the section's rows of a parent table.
func idTableName(parent string) string { return parent + "_ids" }

// createTempTableSQL returns the statement that creates the temporary table: a row's position in the section, and the
// mapped columns. The connection keeps the table, empty between transactions: creating and dropping one for each load
// costs a small section more than its rows, and leaves a hundred dead rows in the catalog of the database.
func (t statements) createTempTableSQL() string {
	columns := []string{"_row integer", "_parent integer"}
	for _, c := range t.Columns {
		columns = append(columns, quoteName(c.Name)+" "+c.Type.String())
	}
	create := fmt.Sprintf("create temporary table if not exists %s (%s)", t.tempTableName(), strings.Join(columns, ", "))
	if t.IsParent {
		create += fmt.Sprintf(";\ncreate temporary table if not exists %s (_row integer, id integer, fresh boolean)", idTableName(t.Name))
	}
	return create
}

func (t statements) copyTempTableSQL() string {
	columns := []string{"_row", "_parent"}
	for _, c := range t.Columns {
		columns = append(columns, quoteName(c.Name))
	}
	return fmt.Sprintf("copy %s (%s) from stdin", t.tempTableName(), strings.Join(columns, ", "))
}

func (t statements) analyzeTempTableSQL() string { return "analyze " + t.tempTableName() }

// copyDirectSQL returns the statement that copies rows into the table itself.
func (t statements) copyDirectSQL() string {
	return fmt.Sprintf("copy %s (%s, observed_at) from stdin", t.Name, joinNames("", slices.Concat(t.ownerColumns(), t.storedColumns())))
}

// sourceSQL returns the temporary table with the owner of each row, as a subquery named s.
func (t statements) sourceSQL() string {
	if t.Parent == nil {
		newest := ""
		if t.ReplacePeriod {
			newest = "\n  where " + t.isNewestSQL()
		}
		return fmt.Sprintf("(select $1::integer as account_id, x.* from %s x%s) s", t.tempTableName(), newest)
	}
	fresh := ""
	if t.ReplaceSet { // keep the set of a parent that a newer snapshot has loaded
		fresh = " and p.fresh"
	}
	return fmt.Sprintf("(select $1::integer as account_id, p.id as %s, x.* from %s x\n  join %s p on %s%s) s",
		quoteName(t.Parent.Column), t.tempTableName(), t.Parent.parentsSQL(), t.Parent.matchesSQL(), fresh)
}

// upsertSQL returns the statement that inserts new rows and updates rows that differ, unless a newer snapshot has loaded
// them. It returns the number of rows created and updated. One hash join finds equal rows before anything is written, so
// they cost no write and no sequence value.
func (t statements) upsertSQL() string {
	columns := slices.Concat(t.ownerColumns(), t.storedColumns())
	source := t.sourceSQL()
	if t.IsParent { // duplicates stay in the temporary table, because their child rows need a parent
		keys := joinNames("s.", t.Key)
		source = fmt.Sprintf("(select distinct on (%[1]s) * from %[2]s order by %[1]s, s._row desc) s", keys, source)
	}
	var set, values []string
	for _, name := range columns {
		values = append(values, t.newValueSQL("s.", name))
	}
	for _, name := range slices.Concat(t.storedColumns(), t.ownerColumns()) {
		if !slices.Contains(t.Key, name) {
			set = append(set, quoteName(name)+" = "+t.newValueSQL("excluded.", name))
		}
	}
	set = append(set, "observed_at = excluded.observed_at")
	if t.HasUpdatedAt {
		set = append(set, "updated_at = current_timestamp")
	}
	mayReplace := t.mayReplaceSQL
	if t.insertOnly {
		mayReplace = func(string) string { return "false" }
	}
	return fmt.Sprintf(`with written as (
  insert into %[1]s as t (%[2]s, observed_at)
  select %[3]s, $2::timestamptz
  from %[4]s
  left join %[1]s t on %[5]s
  where t.id is null or (%[6]s
    and (%[7]s)
    is distinct from (%[11]s))
  on conflict (%[8]s) do update
  set %[9]s
  where %[10]s
  returning xmax = 0 as created
)
select count(*) filter (where created), count(*) filter (where not created) from written`,
		t.Name, joinNames("", columns), joinNames("s.", columns), source, t.sameKeySQL("t", "s")+t.hasKnownParentSQL(), mayReplace("s."),
		joinNames("t.", columns), joinNames("", t.Key), strings.Join(set, ", "), mayReplace("excluded.")+t.isOwnSQL(), strings.Join(values, ", "))
}

// newValueSQL returns the value that a stored row gets from a new one.
func (t statements) newValueSQL(row, name string) string {
	value := row + quoteName(name)
	if c, mapped := t.findColumn(name); mapped && c.KeepIfNull {
		return fmt.Sprintf("coalesce(%s, t.%s)", value, quoteName(name))
	}
	return value
}

// mayReplaceSQL returns the condition that the row named by prefix may replace the stored row. A version more than a
// day after its row was observed does not count: a time in the future would keep the row forever. Nor does that of an
// adopted row, whose stored times may be shifted.
func (t statements) mayReplaceSQL(prefix string) string {
	if t.VersionColumn == "" {
		return "coalesce(t.observed_at, '-infinity') <= $2"
	}
	version := func(row, observed string) string {
		column := row + quoteName(t.VersionColumn)
		return fmt.Sprintf("case when %[1]s <= %[2]s + interval '1 day' then %[1]s else '-infinity' end", column, observed)
	}
	const stored = "coalesce(t.observed_at, '-infinity')"
	return fmt.Sprintf("(%s, %s)\n    <= (%s, $2)", version("t.", stored), stored, version(prefix, "$2::timestamptz"))
}

// sameKeySQL returns the condition that two rows have one key. It can be hashed; a missing part equals a missing part.
func (t statements) sameKeySQL(a, b string) string {
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

// markSeenSQL returns the statement that records on equal rows that this snapshot contains them too. A table with a
// watermark does not need it.
func (t statements) markSeenSQL() string {
	return fmt.Sprintf("update %s t set observed_at = $2\nfrom %s\nwhere %s and coalesce(t.observed_at, '-infinity') < $2\n  and %s",
		t.Name, t.sourceSQL(), t.sameKeySQL("t", "s")+t.hasKnownParentSQL(), t.mayReplaceSQL("s."))
}

// deleteMissingSQL returns the statement that deletes the account's rows that a complete section does not list.
func (t statements) deleteMissingSQL() string {
	return fmt.Sprintf("delete from %s t\nwhere t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2\n  and not exists (select from %s where %s)",
		t.Name, t.sourceSQL(), t.sameKeySQL("t", "s"))
}

// deleteFromSetsSQL returns the statement that deletes the rows of this section's parents that the section does not list.
func (t statements) deleteFromSetsSQL() string {
	return fmt.Sprintf("delete from %s t\nwhere t.%s = any (array(select id from %s where fresh)) and coalesce(t.observed_at, '-infinity') <= $2\n  and not exists (select from %s where %s)",
		t.Name, quoteName(t.Parent.Column), idTableName(t.Parent.Table), t.sourceSQL(), t.sameKeySQL("t", "s"))
}

// deleteFromPeriodSQL returns the statement that deletes the account's rows of the period $3 to $4 with the granularity $5
// that a complete section does not list.
func (t statements) deleteFromPeriodSQL() string {
	return fmt.Sprintf("delete from %s t\nwhere t.account_id = $1 and coalesce(t.observed_at, '-infinity') <= $2\n  and t.%s = $3 and t.%s = $4 and %s = $5\n  and not exists (select from %s where %s)",
		t.Name, quoteName(t.PeriodColumns[0]), quoteName(t.PeriodColumns[1]), t.granularitySQL("t"), t.sourceSQL(), t.sameKeySQL("t", "s"))
}

// movePeriodWatermarkSQL returns the statement that records when the whole period $3 to $4 with the granularity $5 was
// observed.
func (t statements) movePeriodWatermarkSQL() string {
	return fmt.Sprintf(`insert into view360.period_watermarks as w (account_row_id, table_name, period_start, period_end, granularity, observed_at)
values ($1, '%s', $3, $4, $5, $2)
on conflict (account_row_id, table_name, period_start, period_end, granularity) do update set observed_at = excluded.observed_at
where w.observed_at < excluded.observed_at`, t.Name)
}

// isNewestSQL returns the condition that no newer section with all rows of the period of x was loaded.
func (t statements) isNewestSQL() string {
	return fmt.Sprintf(`not exists (select from view360.period_watermarks w where w.account_row_id = $1 and w.table_name = '%s'
    and w.period_start = x.%s and w.period_end = x.%s and w.granularity = %s and w.observed_at > $2)`,
		t.Name, quoteName(t.PeriodColumns[0]), quoteName(t.PeriodColumns[1]), t.granularitySQL("x"))
}

// granularitySQL returns the granularity of a row. Rows without one describe days.
func (t statements) granularitySQL(row string) string {
	const column = "period_granularity"
	if _, has := t.findColumn(column); has {
		return row + "." + column + "::text"
	}
	return "'" + string(snapshot.Daily) + "'::text"
}

// findParentsSQL returns the query for an array of the parents that rows of the temporary table leave, or do not reach
// because a newer snapshot has them elsewhere.
func (t statements) findParentsSQL() string {
	parent := quoteName(t.Parent.Column)
	return fmt.Sprintf("select coalesce(array_agg(distinct p), '{}')\nfrom %s\njoin %s t on %s and t.%s <> s.%s\ncross join lateral (values (t.%s), (s.%s)) v(p)",
		t.sourceSQL(), t.Name, t.sameKeySQL("t", "s"), parent, parent, parent, parent)
}

// resetCountersSQL returns the statement that sets the counters of those parents ($1) to zero that have no rows.
func (t statements) resetCountersSQL() string {
	var set, counted []string
	for _, name := range t.Parent.Counters {
		set = append(set, quoteName(name)+" = 0")
		counted = append(counted, "p."+quoteName(name)+" <> 0")
	}
	return fmt.Sprintf("update %s p set %s\nwhere p.id = any ($1::integer[]) and (%s)\n  and not exists (select from %s t where t.%s = p.id)",
		t.Parent.Table, strings.Join(set, ", "), strings.Join(counted, " or "), t.Name, quoteName(t.Parent.Column))
}

// closeRowsSQL returns the statement that sets when the account's open rows were missing in the newest list of all open ones
// ($2 is the table's name), and clears it of those that were seen since.
func (t statements) closeRowsSQL() string {
	scope := "t.account_id = $1"
	if t.Parent != nil {
		scope = fmt.Sprintf("t.%s in (select id from %s where account_id = $1)", quoteName(t.Parent.Column), t.Parent.Table)
	}
	missing := fmt.Sprintf("(%s and coalesce(t.observed_at, '-infinity') < w.observed_at)", t.IsOpenSQL)
	return fmt.Sprintf("update %s t set closed_at = case when %[2]s then w.observed_at end\nfrom view360.section_watermarks w\nwhere w.account_row_id = $1 and w.table_name = $2 and %[3]s\n  and (t.closed_at is not null) <> %[2]s",
		t.Name, missing, scope)
}

// countDeletedSQL returns a statement that runs a delete from t and returns an array: the number of rows deleted, then
// the number of rows that go with them in each child table. Its subqueries still see these rows: the cascade runs later.
func countDeletedSQL(statement string, children []Table) string {
	counts := "(select count(*) from gone)"
	for _, child := range children {
		counts += fmt.Sprintf(",\n  (select count(*) from %s where %s = any (array(select id from gone)))", child.Name, quoteName(child.Parent.Column))
	}
	return fmt.Sprintf("with gone as (\n%s\nreturning t.id\n)\nselect array[%s]", statement, counts)
}

// deleteDuplicatesSQL returns the statement that keeps only the last row of each key in the temporary table.
func (t statements) deleteDuplicatesSQL() string {
	return fmt.Sprintf(`delete from %[1]s x
using (select ctid, row_number() over (partition by %[2]s order by _parent desc, _row desc) as n from %[1]s) d
where x.ctid = d.ctid and d.n > 1`, t.tempTableName(), strings.Join(t.tempKeyColumns(), ", "))
}

// maxKeyBytes is the room for the mapped parts of a key in an entry of a B-tree, 2,704 bytes with its other parts.
const maxKeyBytes = 2_600

// deleteLongKeysSQL returns the statement that deletes rows whose key no index holds from the temporary table and returns
// their positions. The size is that after compression, which indexes use as well.
func (t statements) deleteLongKeysSQL() string {
	var sizes []string
	for _, name := range t.Key {
		if _, mapped := t.findColumn(name); mapped {
			sizes = append(sizes, fmt.Sprintf("coalesce(pg_column_size(x.%s), 0)", quoteName(name)))
		}
	}
	return fmt.Sprintf("delete from %s x\nwhere $1::integer is not null and %s > %d\nreturning x._parent, x._row",
		t.tempTableName(), strings.Join(sizes, " + "), maxKeyBytes)
}

// hasDuplicatesSQL returns the query that reports whether the temporary table has two rows of one key.
func (t statements) hasDuplicatesSQL() string {
	return fmt.Sprintf("select exists (select from %s group by %s having count(*) > 1)", t.tempTableName(), strings.Join(t.tempKeyColumns(), ", "))
}

// tempKeyColumns returns the columns of the temporary table that make the key.
func (t statements) tempKeyColumns() []string {
	var keys []string
	for _, name := range t.Key {
		if _, mapped := t.findColumn(name); mapped {
			keys = append(keys, quoteName(name))
		} else if t.Parent != nil && t.Parent.Member != "" {
			keys = append(keys, "_parent_key")
		} else {
			keys = append(keys, "_parent")
		}
	}
	return keys
}

// deleteOrphansSQL returns the statement that deletes rows without a parent from the temporary table and returns their
// positions.
func (t statements) deleteOrphansSQL() string {
	return fmt.Sprintf("delete from %s x\nwhere $1::integer is not null and not exists (select from %s p where %s)\nreturning x._parent, x._row",
		t.tempTableName(), t.Parent.parentsSQL(), t.Parent.matchesSQL())
}

// deleteForeignSQL returns the statement that deletes rows that another account has reported from the temporary table and
// returns their positions.
func (t statements) deleteForeignSQL() string {
	owner := "join accounts o on o.id = t.account_id"
	if t.Parent != nil {
		owner = fmt.Sprintf("join %s p on p.id = t.%s join accounts o on o.id = p.account_id", t.Parent.Table, quoteName(t.Parent.Column))
	}
	return fmt.Sprintf("delete from %s x using %s t\n%s\nwhere %s and o.account_id <> (select account_id from accounts where id = $1)\nreturning x._parent, x._row",
		t.tempTableName(), t.Name, owner, t.sameKeySQL("x", "t"))
}

// deleteDifferentSQL returns the statement that deletes rows from the temporary table that are another thing than the stored
// row with their key, and returns their positions.
func (t statements) deleteDifferentSQL() string {
	return fmt.Sprintf("delete from %s x using %s t\nwhere $1::integer is not null and %s and %s\nreturning x._parent, x._row",
		t.tempTableName(), t.Name, t.sameKeySQL("x", "t"), t.DiffersSQL)
}

// deleteAmbiguousSQL returns the same statement for an earlier row of the section.
func (t statements) deleteAmbiguousSQL() string {
	return fmt.Sprintf("delete from %[1]s x using %[1]s t\nwhere $1::integer is not null and %[2]s and (t._parent, t._row) < (x._parent, x._row) and %[3]s\nreturning x._parent, x._row",
		t.tempTableName(), t.sameKeySQL("x", "t"), t.DiffersSQL)
}

// isOwnSQL returns the condition that the stored row is the account's own: another account may have inserted it after
// [statements.deleteForeignSQL] ran. It is empty if the key has the account.
func (t statements) isOwnSQL() string {
	if !t.keyLacksAccount() {
		return ""
	}
	owner := "t.account_id"
	if t.Parent != nil {
		owner = fmt.Sprintf("(select account_id from %s where id = t.%s)", t.Parent.Table, quoteName(t.Parent.Column))
	}
	return fmt.Sprintf("\n    and (select account_id from accounts where id = %s) = (select account_id from accounts where id = $1)", owner)
}

// saveIDsSQL returns the statement that saves the ids of the section's rows for the child tables, and whether no newer
// snapshot has loaded the row.
func (t statements) saveIDsSQL() string {
	return fmt.Sprintf("insert into %s\nselect s._row, t.id, coalesce(t.observed_at, '-infinity') <= $2 as fresh\nfrom %s\njoin %s t on %s",
		idTableName(t.Name), t.sourceSQL(), t.Name, t.sameKeySQL("t", "s"))
}

func (t statements) analyzeIDsSQL() string { return "analyze " + idTableName(t.Name) }

// isInScopeSQL returns the condition that a stored row is the account's, or that of a parent in this section.
func (t statements) isInScopeSQL() string {
	if t.Parent == nil || t.Parent.Account {
		return "t.account_id = $1"
	}
	return fmt.Sprintf("$1::integer is not null and t.%s in (select id from %s)", quoteName(t.Parent.Column), idTableName(t.Parent.Table))
}

// storedStateSQL returns the query for the [storedState] of the table ($2) before a section observed at $3 is loaded.
func (t statements) storedStateSQL() string {
	hasPeriods := ""
	if t.ReplacePeriod { // the empty ones count
		hasPeriods = "\n    and not exists (select from view360.period_watermarks w where w.account_row_id = $1 and w.table_name = $2)"
	}
	return fmt.Sprintf(`select coalesce(w.observed_at > $3, false),
  not exists (select from %s t where %s)%s,
  coalesce(m.fingerprint, ''), coalesce(m.bytes, -1), coalesce(m.observed_at, $3), coalesce(m.read, 0),
  coalesce(m.exact, false), coalesce(m.versions, 0)::text
from (select) one
left join view360.section_watermarks w on w.account_row_id = $1 and w.table_name = $2
left join view360.section_memories m on m.account_row_id = $1 and m.table_name = $2`, t.Name, t.isInScopeSQL(), hasPeriods)
}

// versionsSQL returns the query for the rows in scope: their number, a sum that changes with every write to any of them,
// and whether one was observed after $2.
func (t statements) versionsSQL() string {
	return fmt.Sprintf(`select count(*) as rows, coalesce(sum(hash_record_extended(row(t.id, t.xmin), 0)), 0) as versions,
  coalesce(max(t.observed_at) > $2, false) as newer
from %s t where %s`, t.Name, t.isInScopeSQL())
}

// sameVersionsSQL returns the query that reports whether the rows in scope have the versions $3.
func (t statements) sameVersionsSQL() string {
	return "select versions = $3::text::numeric from (\n" + t.versionsSQL() + "\n) v"
}

// saveFingerprintSQL returns the statement that saves a fingerprint: table $3, hash $4, bytes $5, rows read $6, whether
// the table uses a watermark $7, and whether every row was written $8.
func (t statements) saveFingerprintSQL() string {
	return `insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (
` + t.versionsSQL() + `
) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions`
}

// parentIDsSQL returns the query for at most $2 possible parent rows: the key that rows name them by, and the id.
func (t statements) parentIDsSQL() string {
	if t.Parent.Member != "" {
		return fmt.Sprintf("select %s::text, id from %s where account_id = $1 limit $2", quoteName(t.Parent.Lookup), t.Parent.Table)
	}
	statement := fmt.Sprintf("select _row::text, id from %s where $1::integer is not null", idTableName(t.Parent.Table))
	if t.ReplaceSet {
		statement += " and fresh"
	}
	return statement + " limit $2"
}

// parentsSQL returns the possible parent rows: those of the section, or those of any region of the account.
func (p *Parent) parentsSQL() string {
	if p.Member == "" {
		return idTableName(p.Table)
	}
	return fmt.Sprintf("(select * from %s where account_id in (select b.id from accounts a join accounts b on b.account_id = a.account_id where a.id = $1))", p.Table)
}

// matchesSQL returns the condition that p is the parent of x.
func (p *Parent) matchesSQL() string {
	if p.Member == "" {
		return "p._row = x._parent"
	}
	return fmt.Sprintf("p.%s = x._parent_key", quoteName(p.Lookup))
}

// hasKnownParentSQL returns the condition that the stored row belongs to a possible parent. With it the planner uses an
// index, however few rows it expects. It is empty if the key does not have the parent.
func (t statements) hasKnownParentSQL() string {
	if t.Parent == nil || !slices.Contains(t.Key, t.Parent.Column) {
		return ""
	}
	return fmt.Sprintf("\n    and t.%s = any (array(select id from %s p))", quoteName(t.Parent.Column), t.Parent.parentsSQL())
}

func joinNames(prefix string, names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = prefix + quoteName(name)
	}
	return strings.Join(quoted, ", ")
}

func quoteName(name string) string { return `"` + name + `"` }
