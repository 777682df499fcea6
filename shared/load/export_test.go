package load

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"view360/shared/snapshot"
)

// StatementsText returns the statements of a table that its loads may run, in the order of a load.
func StatementsText(t Table, children []Table) string {
	s := statements{t}
	var text strings.Builder
	add := func(applies bool, comment string, build func() string) {
		if applies {
			fmt.Fprintf(&text, "-- %s\n%s;\n\n", comment, wrapLines(build(), 120))
		}
	}
	hasFingerprint := strings.HasSuffix(t.Section, "[]") && !t.IsParent
	add(true, "Reads the stored state: $1 accounts row, $2 table, $3 time of collection.", s.storedStateSQL)
	add(hasFingerprint, "Compares the versions of the rows in scope with those of the fingerprint ($3).", s.sameVersionsSQL)
	add(t.Parent != nil && !t.IsParent, "Reads the ids of at most $2 possible parents.", s.parentIDsSQL)
	add(!t.IsParent, "Copies rows into a table that has none of the account.", s.copyDirectSQL)
	add(true, "Creates the temporary table, once for each connection.", s.createTempTableSQL)
	add(true, "Copies rows to the temporary table.", s.copyTempTableSQL)
	add(t.Parent != nil, "Rejects rows without a parent.", s.deleteOrphansSQL)
	add(t.keyLacksAccount(), "Rejects rows that another account has reported.", s.deleteForeignSQL)
	add(t.DiffersSQL != "", "Rejects rows that are another thing than the stored row.", s.deleteDifferentSQL)
	add(t.DiffersSQL != "", "Rejects rows that are another thing than an earlier row.", s.deleteAmbiguousSQL)
	add(true, "Upserts the rows of the temporary table: $1 accounts row, $2 time of collection.", s.upsertSQL)
	add(true, "Rejects rows whose key no index holds, after an upsert that failed for it.", s.deleteLongKeysSQL)
	add(!t.IsParent, "Looks for duplicates after an upsert that left rows out.", s.hasDuplicatesSQL)
	add(true, "Deletes all but the last row of each key, before the upsert runs again.", s.deleteDuplicatesSQL)
	add(true, "Marks equal rows as seen, unless the section uses a watermark.", s.markSeenSQL)
	add(t.ReplaceSet, "Deletes rows that left the set of their parent.", func() string { return countDeletedSQL(s.deleteFromSetsSQL(), children) })
	add(t.Nature == CurrentState, "Deletes rows that a complete section does not list.", func() string { return countDeletedSQL(s.deleteMissingSQL(), children) })
	add(t.Parent != nil && len(t.Parent.Counters) > 0, "Finds the parents that rows leave or do not reach.", s.findParentsSQL)
	add(t.Parent != nil && len(t.Parent.Counters) > 0, "Resets the counters of those that have no rows.", s.resetCountersSQL)
	add(t.IsOpenSQL != "", "Says which open rows the newest list of all open ones lacks.", s.closeRowsSQL)
	add(t.ReplacePeriod, "Records when a period was observed as a whole: $3 to $4, granularity $5.", s.movePeriodWatermarkSQL)
	add(t.ReplacePeriod, "Deletes rows of a period that a complete section does not list.", func() string { return countDeletedSQL(s.deleteFromPeriodSQL(), children) })
	add(t.IsParent, "Saves the ids for the child tables.", s.saveIDsSQL)
	add(hasFingerprint, "Saves the fingerprint.", s.saveFingerprintSQL)
	return strings.TrimSuffix(text.String(), "\n")
}

// wrapLines breaks long lines after commas or before and, else at blanks: to SQL these are the same.
func wrapLines(text string, width int) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		for len(line) > width {
			at := max(strings.LastIndex(line[:width], ", ")+1, strings.LastIndex(line[:width], " and "))
			if at < width/2 {
				at = strings.LastIndexByte(line[:width], ' ')
			}
			out.WriteString(line[:at] + "\n")
			line = "    " + line[at+1:]
		}
		out.WriteString(line)
	}
	return out.String()
}

// ChildrenOf returns the tables of the group whose rows belong to rows of t.
func (g Group) ChildrenOf(t Table) []Table { return g.childrenOf(t) }

// Lock waits for the loads that must not run beside one of the group.
func (g Group) Lock(ctx context.Context, tx pgx.Tx, index snapshot.Index) error {
	return g.lock(ctx, tx, index)
}
