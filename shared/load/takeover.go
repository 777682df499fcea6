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

// byStage copies the rows of a section to the stage and takes them over into the table, as far as no newer snapshot
// knew better.
func (s *Session) byStage(ctx context.Context, t Table, section snapshot.Range, stale bool, hash io.Writer) (*staging, error) {
	if _, err := s.Tx.Exec(ctx, t.createStage()); err != nil {
		return nil, fmt.Errorf("creating the stage: %w", err)
	}
	s.stages = append(s.stages, t.stageName())
	if t.IsParent {
		s.stages = append(s.stages, idsOf(t.Name))
	}
	staged, err := s.copy(ctx, t, t.copyStage(), hash, stageLine)
	if err != nil {
		return nil, err
	}
	large := staged.counts.Read >= largeFrom
	if large {
		if _, err := s.Tx.Exec(ctx, "analyze "+t.stageName()); err != nil {
			return nil, fmt.Errorf("analyzing the stage: %w", err)
		}
	}
	if err := s.rejectOrphans(ctx, t, staged, &staged.counts); err != nil {
		return nil, err
	}
	if err := s.rejectOthers(ctx, t, staged, &staged.counts); err != nil {
		return nil, err
	}
	if stale {
		return staged, nil
	}
	return staged, s.write(ctx, t, section, large, &staged.counts)
}

// emptyStages leaves the stages as the next transaction expects them; an end without a commit does so by itself.
func (s *Session) emptyStages(ctx context.Context) error {
	if len(s.stages) == 0 {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, "truncate "+strings.Join(s.stages, ", ")); err != nil {
		return fmt.Errorf("emptying the stages: %w", err)
	}
	return nil
}

func stageLine(e *encoder, at place) ([]byte, error) { return e.stageLine(at), nil }

// write takes the stage over into the table.
func (s *Session) write(ctx context.Context, t Table, section snapshot.Range, large bool, counts *Counts) error {
	// The index of a key across accounts finds single rows; those of one account are compared all at once.
	err := s.joining(ctx, large && !t.acrossAccounts(), func() error { return s.writeRows(ctx, t, section, counts) })
	if err != nil {
		return err
	}
	err = s.joining(ctx, large, func() (err error) {
		counts.Deleted, err = s.delete(ctx, t, section)
		return err
	})
	if err != nil {
		return err
	}
	if !t.IsParent {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, t.ids(), s.account, section.ObservedAt); err != nil {
		return fmt.Errorf("reading the ids back: %w", err)
	}
	if _, err := s.Tx.Exec(ctx, "analyze "+idsOf(t.Name)); err != nil { // a few rows, which the planner cannot know
		return fmt.Errorf("analyzing the ids: %w", err)
	}
	return nil
}

// writeRows inserts and updates.
func (s *Session) writeRows(ctx context.Context, t Table, section snapshot.Range, counts *Counts) error {
	if err := s.takeOver(ctx, t, section, counts); err != nil {
		return err
	}
	equal := counts.Read - counts.Rejected - counts.Created - counts.Updated
	if t.covered(section) || equal == 0 || s.entry.loaded {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, t.confirm(), s.account, section.ObservedAt); err != nil {
		return fmt.Errorf("confirming equal rows: %w", err)
	}
	return nil
}

// largeFrom is the number of rows from which the planner needs help.
const largeFrom = 1_000

// joining runs statements that join a large stage with the rows of its account. The planner knows nothing about rows that
// have just been loaded and takes them for few; comparing each with each takes minutes then.
func (s *Session) joining(ctx context.Context, large bool, run func() error) error {
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

// takeOver runs the statement of that name, and once more without the rows that the file repeats if it does: of those
// the last one counts. To look for them first would cost every file what few need.
func (s *Session) takeOver(ctx context.Context, t Table, section snapshot.Range, counts *Counts) error {
	repeats, err := s.tryTakeOver(ctx, t, section, counts)
	if err == nil && repeats {
		if _, err := s.Tx.Exec(ctx, t.deleteRepeats()); err != nil {
			return fmt.Errorf("removing repeated rows: %w", err)
		}
		_, err = s.tryTakeOver(ctx, t, section, counts)
	}
	if err != nil {
		return fmt.Errorf("taking the rows over: %w", err)
	}
	return nil
}

// tryTakeOver reports whether rows are repeated, having done nothing then. The statement fails when it would write two
// of them. It does not when one of them equals the stored row and so is left out: rows were both updated and left alone.
func (s *Session) tryTakeOver(ctx context.Context, t Table, section snapshot.Range, counts *Counts) (repeats bool, err error) {
	nested, err := s.Tx.Begin(ctx)
	if err != nil {
		return false, fmt.Errorf("setting a savepoint: %w", err)
	}
	err = nested.QueryRow(ctx, t.takeOver(), s.account, section.ObservedAt).Scan(&counts.Created, &counts.Updated)
	var violation *pgconn.PgError
	switch {
	case errors.As(err, &violation) && violation.Code == cardinalityViolation:
		return true, nested.Rollback(ctx)
	case err != nil:
		return false, errors.Join(err, nested.Rollback(ctx))
	case !t.IsParent && counts.Updated > 0 && counts.Created+counts.Updated < counts.Read-counts.Rejected:
		if err := nested.QueryRow(ctx, t.hasRepeats()).Scan(&repeats); err != nil {
			return false, errors.Join(err, nested.Rollback(ctx))
		}
	}
	if repeats {
		return true, nested.Rollback(ctx)
	}
	return false, nested.Commit(ctx)
}

// delete removes what is gone. The rows below that go with their parent are counted for their own table.
func (s *Session) delete(ctx context.Context, t Table, section snapshot.Range) (int64, error) {
	statement := ""
	switch {
	case t.Replace:
		statement = t.deleteReplaced()
	case t.covered(section):
		statement = t.deleteGone()
	default:
		return 0, nil
	}
	below := s.below(t)
	var deleted []int64
	if err := s.Tx.QueryRow(ctx, counting(statement, below), s.account, section.ObservedAt).Scan(&deleted); err != nil {
		return 0, fmt.Errorf("deleting what is gone: %w", err)
	}
	for i, child := range below {
		if n := deleted[i+1]; n > 0 {
			s.Count(child.Name, Counts{Deleted: n})
		}
	}
	return deleted[0], nil
}

// below are the tables of the group whose rows belong to rows of t.
func (s *Session) below(t Table) []Table {
	var below []Table
	for _, child := range s.tables {
		if child.Parent != nil && child.Parent.Table == t.Name {
			below = append(below, child)
		}
	}
	return below
}
