package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/snapshot"
)

// upsertViaTempTable copies the rows of a section to the stage and takes them over into the table, as far as no newer snapshot
// knew better.
func (s *Session) upsertViaTempTable(ctx context.Context, t Table, section snapshot.Range, stale bool, hash io.Writer) (*copyResult, error) {
	if _, err := s.Tx.Exec(ctx, t.createTempTableSQL()); err != nil {
		return nil, fmt.Errorf("creating the stage: %w", err)
	}
	s.tempTables = append(s.tempTables, t.tempTable())
	if t.IsParent {
		s.tempTables = append(s.tempTables, idTable(t.Name))
	}
	staged, err := s.copyRows(ctx, t, t.copyTempTableSQL(), hash, buildTempTableLine)
	if err != nil {
		return nil, err
	}
	large := staged.counts.Read >= largeFrom
	if large {
		if _, err := s.Tx.Exec(ctx, "analyze "+t.tempTable()); err != nil {
			return nil, fmt.Errorf("analyzing the stage: %w", err)
		}
	}
	if err := s.rejectOrphans(ctx, t, staged, &staged.counts); err != nil {
		return nil, err
	}
	if err := s.rejectForeignRows(ctx, t, staged, &staged.counts); err != nil {
		return nil, err
	}
	if stale {
		return staged, nil
	}
	return staged, s.writeTable(ctx, t, section, large, &staged.counts)
}

// truncateTempTables leaves the stages as the next transaction expects them; an end without a commit does so by itself.
func (s *Session) truncateTempTables(ctx context.Context) error {
	if len(s.tempTables) == 0 {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, "truncate "+strings.Join(s.tempTables, ", ")); err != nil {
		return fmt.Errorf("emptying the stages: %w", err)
	}
	return nil
}

func buildTempTableLine(e *encoder, at rowPosition) ([]byte, error) { return e.tempTableLine(at), nil }

// writeTable takes the stage over into the table.
func (s *Session) writeTable(ctx context.Context, t Table, section snapshot.Range, large bool, counts *Counts) error {
	// The index of a key across accounts finds single rows; those of one account are compared all at once.
	err := s.withHashJoins(ctx, large && !t.keyLacksAccount(), func() error { return s.writeRows(ctx, t, section, counts) })
	if err != nil {
		return err
	}
	err = s.withHashJoins(ctx, large, func() (err error) {
		counts.Deleted, err = s.deleteMissing(ctx, t, section)
		return err
	})
	if err != nil {
		return err
	}
	if !t.IsParent {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, t.saveIDsSQL(), s.account, section.ObservedAt); err != nil {
		return fmt.Errorf("reading the ids back: %w", err)
	}
	if _, err := s.Tx.Exec(ctx, "analyze "+idTable(t.Name)); err != nil { // a few rows, which the planner cannot know
		return fmt.Errorf("analyzing the ids: %w", err)
	}
	return nil
}

// writeRows inserts and updates.
func (s *Session) writeRows(ctx context.Context, t Table, section snapshot.Range, counts *Counts) error {
	if err := s.upsertRows(ctx, t, section, counts); err != nil {
		return err
	}
	equal := counts.Read - counts.Rejected - counts.Created - counts.Updated
	if t.usesWatermark(section) || equal == 0 || s.entry.loaded {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, t.markSeenSQL(), s.account, section.ObservedAt); err != nil {
		return fmt.Errorf("confirming equal rows: %w", err)
	}
	return nil
}

// largeFrom is the number of rows from which the planner needs help.
const largeFrom = 1_000

// withHashJoins runs statements that join a large stage with the rows of its account. The planner knows nothing about rows that
// have just been loaded and takes them for few; comparing each with each takes minutes then.
func (s *Session) withHashJoins(ctx context.Context, large bool, run func() error) error {
	if !large {
		return run()
	}
	if _, err := s.Tx.Exec(ctx, "set local enable_nestloop = off"); err != nil {
		return fmt.Errorf("preparing the join: %w", err)
	}
	if err := run(); err != nil {
		return err
	}
	if _, err := s.Tx.Exec(ctx, "set local enable_nestloop = on"); err != nil {
		return fmt.Errorf("ending the join: %w", err)
	}
	return nil
}

// cardinalityViolation: one statement touched a row twice, because the file repeats a key.
const cardinalityViolation = "21000"

// upsertRows runs the statement of that name, and once more without the rows that the file repeats if it does: of those
// the last one counts. To look for them first would cost every file what few need.
func (s *Session) upsertRows(ctx context.Context, t Table, section snapshot.Range, counts *Counts) error {
	repeats, err := s.tryUpsert(ctx, t, section, counts)
	if err == nil && repeats {
		if _, err := s.Tx.Exec(ctx, t.deleteDuplicatesSQL()); err != nil {
			return fmt.Errorf("removing repeated rows: %w", err)
		}
		_, err = s.tryUpsert(ctx, t, section, counts)
	}
	if err != nil {
		return fmt.Errorf("taking the rows over: %w", err)
	}
	return nil
}

// tryUpsert reports whether rows are repeated, having done nothing then. The statement fails when it would write two
// of them. It does not when one of them equals the stored row and so is left out: rows were both updated and left alone.
func (s *Session) tryUpsert(ctx context.Context, t Table, section snapshot.Range, counts *Counts) (repeats bool, err error) {
	nested, err := s.Tx.Begin(ctx)
	if err != nil {
		return false, fmt.Errorf("setting a savepoint: %w", err)
	}
	err = nested.QueryRow(ctx, t.upsertSQL(), s.account, section.ObservedAt).Scan(&counts.Created, &counts.Updated)
	var violation *pgconn.PgError
	switch {
	case errors.As(err, &violation) && violation.Code == cardinalityViolation:
		return true, nested.Rollback(ctx)
	case err != nil:
		return false, errors.Join(err, nested.Rollback(ctx))
	case !t.IsParent && counts.Updated > 0 && counts.Created+counts.Updated < counts.Read-counts.Rejected:
		if err := nested.QueryRow(ctx, t.hasDuplicatesSQL()).Scan(&repeats); err != nil {
			return false, errors.Join(err, nested.Rollback(ctx))
		}
	}
	if repeats {
		return true, nested.Rollback(ctx)
	}
	return false, nested.Commit(ctx)
}

// deleteMissing removes what is gone. The rows below that go with their parent are counted for their own table.
func (s *Session) deleteMissing(ctx context.Context, t Table, section snapshot.Range) (int64, error) {
	statement := ""
	switch {
	case t.ReplaceSet:
		statement = t.deleteFromSetsSQL()
	case t.usesWatermark(section):
		statement = t.deleteMissingSQL()
	default:
		return 0, nil
	}
	below := s.listChildren(t)
	var deleted []int64
	if err := s.Tx.QueryRow(ctx, countDeletedSQL(statement, below), s.account, section.ObservedAt).Scan(&deleted); err != nil {
		return 0, fmt.Errorf("deleting what is gone: %w", err)
	}
	for i, child := range below {
		if n := deleted[i+1]; n > 0 {
			s.AddCounts(child.Name, Counts{Deleted: n})
		}
	}
	return deleted[0], nil
}

// listChildren are the tables of the group whose rows belong to rows of t.
func (s *Session) listChildren(t Table) []Table {
	var below []Table
	for _, child := range s.tables {
		if child.Parent != nil && child.Parent.Table == t.Name {
			below = append(below, child)
		}
	}
	return below
}
