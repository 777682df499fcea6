package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgconn"
)

// upsertViaTempTable copies the rows of the section to the temporary table, rejects those that do not belong to the
// account, and writes the others to the table unless a newer snapshot has loaded them.
func (l *tableLoader) upsertViaTempTable(ctx context.Context, hash io.Writer) (*copyResult, error) {
	if _, err := l.Tx.Exec(ctx, l.statements.createTempTableSQL()); err != nil {
		return nil, fmt.Errorf("creating the temporary table: %w", err)
	}
	l.tempTables = append(l.tempTables, l.statements.tempTableName())
	if l.table.IsParent {
		l.tempTables = append(l.tempTables, idTableName(l.table.Name))
	}
	result, err := l.copyRows(ctx, l.statements.copyTempTableSQL(), hash, buildTempTableLine)
	if err != nil {
		return nil, err
	}
	isLarge := result.counts.Read >= largeFrom
	if isLarge {
		if _, err := l.Tx.Exec(ctx, l.statements.analyzeTempTableSQL()); err != nil {
			return nil, fmt.Errorf("analyzing the temporary table: %w", err)
		}
	}
	if err := l.rejectOrphans(ctx, result); err != nil {
		return nil, err
	}
	if err := l.rejectForeignRows(ctx, result); err != nil {
		return nil, err
	}
	if err := l.rejectDifferentRows(ctx, result); err != nil {
		return nil, err
	}
	if l.stored.isStale {
		return result, nil
	}
	return result, l.writeTable(ctx, isLarge, result)
}

func buildTempTableLine(e *encoder, at rowPosition) ([]byte, error) {
	return e.encodeTempTableLine(at), nil
}

// rejectOrphans rejects rows whose parent does not exist or belongs to another account.
func (l *tableLoader) rejectOrphans(ctx context.Context, result *copyResult) error {
	if l.table.Parent == nil {
		return nil
	}
	why := issue{column: l.table.Parent.Column, reason: "its row in " + l.table.Parent.Table + " does not exist"}
	return l.rejectRows(ctx, why, l.statements.deleteOrphansSQL(), result)
}

// rejectForeignRows rejects rows that another account has reported.
func (l *tableLoader) rejectForeignRows(ctx context.Context, result *copyResult) error {
	if !l.table.keyLacksAccount() {
		return nil
	}
	why := issue{column: l.table.Key[0], reason: "another account has reported it"}
	return l.rejectRows(ctx, why, l.statements.deleteForeignSQL(), result)
}

// rejectDifferentRows rejects rows that are another thing than the stored row, or an earlier row of the section, with their
// key.
func (l *tableLoader) rejectDifferentRows(ctx context.Context, result *copyResult) error {
	if l.table.DiffersSQL == "" {
		return nil
	}
	why := issue{column: l.table.Key[0], reason: "another product has reported a finding with this id"}
	for _, statement := range []string{l.statements.deleteDifferentSQL(), l.statements.deleteAmbiguousSQL()} {
		if err := l.rejectRows(ctx, why, statement, result); err != nil {
			return err
		}
	}
	return nil
}

// rejectLongKeys rejects rows whose key no index holds. Their stored rows, under any key, stay.
func (l *tableLoader) rejectLongKeys(ctx context.Context, result *copyResult) error {
	before := result.counts.Rejected
	why := issue{reason: fmt.Sprintf("its key has more than %d bytes, compressed, which no index holds", maxKeyBytes)}
	if err := l.rejectRows(ctx, why, l.statements.deleteLongKeysSQL(), result); err != nil {
		return err
	}
	result.listed.incomplete = result.listed.incomplete || result.counts.Rejected > before
	return nil
}

// rejectRows runs a statement that deletes rows from the temporary table and returns their positions.
func (l *tableLoader) rejectRows(ctx context.Context, why issue, statement string, result *copyResult) error {
	rows, err := l.Tx.Query(ctx, statement, l.accountRowID)
	if err != nil {
		return fmt.Errorf("rejecting rows because %s: %w", why.reason, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&why.at.parent, &why.at.index); err != nil {
			return fmt.Errorf("reading the position of a rejected row: %w", err)
		}
		result.counts.Rejected++
		if len(result.issues) < maxStoredIssues {
			result.issues = append(result.issues, why)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("rejecting rows because %s: %w", why.reason, err)
	}
	return nil
}

// writeTable upserts the rows of the temporary table, deletes what the section no longer lists, and saves the ids that
// child tables need.
func (l *tableLoader) writeTable(ctx context.Context, isLarge bool, result *copyResult) error {
	counts := &result.counts
	// The index of a key without the account finds single rows; those of one account are compared all at once.
	err := l.withHashJoins(ctx, isLarge && !l.table.keyLacksAccount(), func() error { return l.writeRows(ctx, result) })
	if err != nil {
		return err
	}
	err = l.withHashJoins(ctx, isLarge, func() (err error) {
		counts.Deleted, err = l.deleteMissing(ctx, result.listed)
		return err
	})
	if err != nil {
		return err
	}
	if !l.table.IsParent {
		return nil
	}
	if _, err := l.Tx.Exec(ctx, l.statements.saveIDsSQL(), l.accountRowID, l.section.ObservedAt); err != nil {
		return fmt.Errorf("saving the ids: %w", err)
	}
	if _, err := l.Tx.Exec(ctx, l.statements.analyzeIDsSQL()); err != nil { // few rows; the planner cannot know
		return fmt.Errorf("analyzing the ids: %w", err)
	}
	return nil
}

// writeRows inserts and updates rows, and marks equal ones as seen.
func (l *tableLoader) writeRows(ctx context.Context, result *copyResult) error {
	counts := &result.counts
	parents, err := l.findParents(ctx)
	if err != nil {
		return err
	}
	if err := l.upsertRows(ctx, result); err != nil {
		return err
	}
	if err := l.resetCounters(ctx, parents); err != nil {
		return err
	}
	equal := counts.Read - counts.Rejected - counts.Created - counts.Updated
	if l.table.usesWatermark(l.section) || l.table.insertOnly || equal == 0 || l.reloads {
		return nil
	}
	if _, err := l.Tx.Exec(ctx, l.statements.markSeenSQL(), l.accountRowID, l.section.ObservedAt); err != nil {
		return fmt.Errorf("marking equal rows as seen: %w", err)
	}
	return nil
}

// findParents returns the parents that may have lost their last row to another one when the rows are written, if they have
// counters.
func (l *tableLoader) findParents(ctx context.Context) (parents []int32, err error) {
	if l.table.Parent == nil || len(l.table.Parent.Counters) == 0 {
		return nil, nil
	}
	if err := l.Tx.QueryRow(ctx, l.statements.findParentsSQL(), l.accountRowID).Scan(&parents); err != nil {
		return nil, fmt.Errorf("finding rows that move: %w", err)
	}
	return parents, nil
}

func (l *tableLoader) resetCounters(ctx context.Context, parents []int32) error {
	if len(parents) == 0 {
		return nil
	}
	if _, err := l.Tx.Exec(ctx, l.statements.resetCountersSQL(), parents); err != nil {
		return fmt.Errorf("resetting the counters of %s: %w", l.table.Parent.Table, err)
	}
	return nil
}

// largeFrom is the number of rows from which the planner needs help.
const largeFrom = 1_000

// withHashJoins runs statements that join a large temporary table with the rows of its account. The planner has no
// statistics of rows that have just been loaded and expects few; a nested loop then takes minutes.
func (l *tableLoader) withHashJoins(ctx context.Context, isLarge bool, run func() error) error {
	if !isLarge {
		return run()
	}
	if _, err := l.Tx.Exec(ctx, "set local enable_nestloop = off"); err != nil {
		return fmt.Errorf("disabling nested loops: %w", err)
	}
	if err := run(); err != nil {
		return err
	}
	if _, err := l.Tx.Exec(ctx, "set local enable_nestloop = on"); err != nil {
		return fmt.Errorf("enabling nested loops: %w", err)
	}
	return nil
}

// cardinalityViolation: one statement would write a row twice, because the section repeats a key.
const cardinalityViolation = "21000"

// programLimitExceeded: the key of a row is larger than an entry of an index can be.
const programLimitExceeded = "54000"

func hasCode(err error, code string) bool {
	var violation *pgconn.PgError
	return errors.As(err, &violation) && violation.Code == code
}

// upsertRows runs the upsert. It runs it again without rows whose key no index holds, if there are any, and with only the
// last row of each key, if the section repeats keys: looking for both first would cost every section what few need.
func (l *tableLoader) upsertRows(ctx context.Context, result *copyResult) error {
	counts := &result.counts
	hasDuplicates, err := l.tryUpsert(ctx, counts)
	if hasCode(err, programLimitExceeded) {
		if err := l.rejectLongKeys(ctx, result); err != nil {
			return err
		}
		hasDuplicates, err = l.tryUpsert(ctx, counts)
	}
	if err == nil && hasDuplicates {
		if _, err := l.Tx.Exec(ctx, l.statements.deleteDuplicatesSQL()); err != nil {
			return fmt.Errorf("deleting duplicates: %w", err)
		}
		_, err = l.tryUpsert(ctx, counts)
	}
	if err != nil {
		return fmt.Errorf("upserting rows: %w", err)
	}
	return nil
}

// tryUpsert reports whether the section repeats keys, without any effect in that case. The statement fails if it would
// write two rows of one key. It does not fail if one of them equals the stored row, which it then leaves out: that is
// possible if some rows were updated and others were not.
func (l *tableLoader) tryUpsert(ctx context.Context, counts *Counts) (hasDuplicates bool, err error) {
	nested, err := l.Tx.Begin(ctx)
	if err != nil {
		return false, fmt.Errorf("setting a savepoint: %w", err)
	}
	err = nested.QueryRow(ctx, l.statements.upsertSQL(), l.accountRowID, l.section.ObservedAt).Scan(&counts.Created, &counts.Updated)
	switch {
	case hasCode(err, cardinalityViolation):
		return true, nested.Rollback(ctx)
	case err != nil:
		return false, errors.Join(err, nested.Rollback(ctx))
	case !l.table.IsParent && counts.Updated > 0 && counts.Created+counts.Updated < counts.Read-counts.Rejected:
		if err := nested.QueryRow(ctx, l.statements.hasDuplicatesSQL()).Scan(&hasDuplicates); err != nil {
			return false, errors.Join(err, nested.Rollback(ctx))
		}
	}
	if hasDuplicates {
		return true, nested.Rollback(ctx)
	}
	return false, nested.Commit(ctx)
}

// deleteMissing deletes rows that the section no longer lists, and returns their number. Child rows that go with their
// parent count for their own table. It deletes nothing if the section lists a row without a readable key.
func (l *tableLoader) deleteMissing(ctx context.Context, listed listedKeys) (int64, error) {
	statement, arguments := "", []any{l.accountRowID, l.section.ObservedAt}
	switch {
	case l.table.replacesPeriod(l.section):
		statement, arguments = l.statements.deleteFromPeriodSQL(), l.periodArguments()
	case l.table.ReplaceSet:
		statement = l.statements.deleteFromSetsSQL()
	case l.table.usesWatermark(l.section):
		statement = l.statements.deleteMissingSQL()
	}
	if statement == "" || listed.incomplete {
		return 0, nil
	}
	if err := l.copyListedKeys(ctx, listed); err != nil {
		return 0, err
	}
	var deleted []int64
	if err := l.Tx.QueryRow(ctx, countDeletedSQL(statement, l.children), arguments...).Scan(&deleted); err != nil {
		return 0, fmt.Errorf("deleting missing rows: %w", err)
	}
	for i, child := range l.children {
		if n := deleted[i+1]; n > 0 {
			l.AddCounts(child.Name, Counts{Deleted: n})
		}
	}
	return deleted[0], nil
}

// copyListedKeys adds the keys of rejected rows to the temporary table, whose rows have been written.
func (l *tableLoader) copyListedKeys(ctx context.Context, listed listedKeys) error {
	if len(listed.lines) == 0 {
		return nil
	}
	if _, err := l.Tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(listed.lines), l.statements.copyTempTableSQL()); err != nil {
		return fmt.Errorf("copying the keys of rejected rows: %w", err)
	}
	return nil
}
