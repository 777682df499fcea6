package load

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/snapshot"
)

// byStage copies the rows of a section to the stage and takes them over into the table, as far as no newer snapshot
// knew better.
func (s *Session) byStage(ctx context.Context, t Table, section snapshot.Range, stale bool, hash io.Writer) (*staging, error) {
	if _, err := s.Tx.Exec(ctx, t.createStage()); err != nil {
		return nil, fmt.Errorf("creating the stage: %w", err)
	}
	staged, err := s.copy(ctx, t, t.copyStage(), hash, stageLine)
	if err != nil {
		return nil, err
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
	return staged, s.write(ctx, t, section, &staged.counts)
}

func stageLine(e *encoder, at place) ([]byte, error) { return e.stageLine(at), nil }

// write takes the stage over into the table.
func (s *Session) write(ctx context.Context, t Table, section snapshot.Range, counts *Counts) (err error) {
	if counts.Read >= analyzeFrom {
		if _, err := s.Tx.Exec(ctx, "analyze "+t.stageName()); err != nil {
			return fmt.Errorf("analyzing the stage: %w", err)
		}
	}
	if err := s.takeOver(ctx, t, section, counts); err != nil {
		return err
	}
	if counts.Deleted, err = s.delete(ctx, t, section); err != nil {
		return err
	}
	equal := counts.Read - counts.Rejected - counts.Created - counts.Updated
	if !t.covered(section) && equal > 0 && !s.entry.loaded {
		if _, err := s.Tx.Exec(ctx, t.confirm(), s.account, section.ObservedAt); err != nil {
			return fmt.Errorf("confirming equal rows: %w", err)
		}
	}
	if !t.IsParent {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, t.ids(), s.account, section.ObservedAt); err != nil {
		return fmt.Errorf("reading the ids back: %w", err)
	}
	if _, err := s.Tx.Exec(ctx, "analyze "+t.Name+"_ids"); err != nil { // a few rows, which the planner cannot know
		return fmt.Errorf("analyzing the ids: %w", err)
	}
	return nil
}

// analyzeFrom is the number of rows from which statistics of the stage pay.
const analyzeFrom = 5_000

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
	tag, err := s.Tx.Exec(ctx, statement, s.account, section.ObservedAt)
	if err != nil {
		return 0, fmt.Errorf("deleting what is gone: %w", err)
	}
	return tag.RowsAffected(), nil
}
