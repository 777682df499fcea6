package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/snapshot"
)

// Session is one load of one group: a transaction and the snapshot it reads.
type Session struct {
	Tx      pgx.Tx
	Index   snapshot.Index
	source  source
	entry   ledgerEntry
	account int32
	result  *Result
}

// Object reads an object section as one row of t without loading it: the columns' values as text, nil for NULL. A row
// that does not fit is reported like any other, and ok is false; so is one that is not there.
func (s *Session) Object(ctx context.Context, t Table) (values map[string]*string, ok bool, err error) {
	if _, there := s.Index.Sections[t.Section]; !there {
		return nil, false, nil
	}
	err = s.source.each(ctx, t.Section, func(at place, d *jsontext.Decoder) error {
		values, ok, err = s.row(ctx, t, at, d)
		return err
	})
	return values, ok, err
}

// Row is Object for an object that is at hand.
func (s *Session) Row(ctx context.Context, t Table, object string) (values map[string]*string, ok bool, err error) {
	return s.row(ctx, t, place{index: -1}, jsontext.NewDecoder(strings.NewReader(object), lenient))
}

func (s *Session) row(ctx context.Context, t Table, at place, d *jsontext.Decoder) (values map[string]*string, ok bool, err error) {
	encoder, staged := newEncoder(t, s.Index), &staging{}
	misfits, ok, err := encoder.read(at, d)
	if err != nil {
		return nil, false, err
	}
	staged.add(misfits, ok)
	values = map[string]*string{}
	for i, c := range t.Columns {
		if text := encoder.cells[i].text; !encoder.cells[i].null {
			values[c.Name] = &text
		}
	}
	return values, ok, s.report(ctx, t, staged.counts, staged.misfits)
}

// Adapt notes a value of a table that was changed to fit.
func (s *Session) Adapt(ctx context.Context, t Table, column, value string) error {
	m := misfit{at: place{index: -1}, column: column, reason: "changed to fit", excerpt: cut(value, longestExcerpt), adapted: true}
	return s.report(ctx, t, Counts{Adapted: 1}, []misfit{m})
}

// Count adds to what happened to a table's rows.
func (s *Session) Count(table string, c Counts) {
	sum := s.result.Tables[table]
	sum.add(c)
	s.result.Tables[table] = sum
}

// Counted is what happened to a table's rows so far.
func (s *Session) Counted(table string) Counts { return s.result.Tables[table] }

// report notes the rows of a table that did not fit.
func (s *Session) report(ctx context.Context, t Table, counts Counts, misfits []misfit) error {
	if counts != (Counts{}) {
		s.Count(t.Name, counts)
	}
	s.result.note(t, misfits)
	return s.keep(ctx, t, misfits)
}

// table loads one table and returns what happened, with the rows that did not fit.
func (s *Session) table(ctx context.Context, t Table) (Counts, []misfit, error) {
	t, err := s.unwrap(ctx, t)
	if err != nil {
		return Counts{}, nil, err
	}
	loc := locate(t.Section)
	section, there := s.Index.Sections[loc.path]
	if !there || section.Empty() && !loc.list {
		return Counts{}, nil, nil
	}
	if section.Partial && t.inSet() {
		section.ObservedAt = belowWhole(section.ObservedAt)
	}
	if _, err := s.Tx.Exec(ctx, t.createStage()); err != nil {
		return Counts{}, nil, fmt.Errorf("creating the stage: %w", err)
	}
	staged, err := s.copy(ctx, t)
	if err != nil {
		return Counts{}, nil, err
	}
	counts := staged.counts
	if err := s.rejectOrphans(ctx, t, staged, &counts); err != nil {
		return Counts{}, nil, err
	}
	if err := s.rejectOthers(ctx, t, staged, &counts); err != nil {
		return Counts{}, nil, err
	}
	if err := s.write(ctx, t, section, &counts); err != nil {
		return Counts{}, nil, err
	}
	counts.Unchanged = counts.Read - counts.Created - counts.Updated - counts.Rejected
	return counts, staged.misfits, nil
}

// unwrap is the table as the snapshot has it: with its rows in a list, or in a list inside an object.
func (s *Session) unwrap(ctx context.Context, t Table) (Table, error) {
	object := strings.TrimSuffix(t.Section, "[]")
	inner := object + "." + t.Wrapped
	if _, wrapped := s.Index.Sections[inner]; !wrapped {
		return t, nil
	}
	t.Section, t.Columns = inner+"[]", slices.Clone(t.Columns)
	around := newEncoder(t, s.Index)
	err := s.source.each(ctx, object, func(at place, d *jsontext.Decoder) error {
		_, _, err := around.read(at, d)
		return err
	})
	for i := range t.Columns {
		if t.Columns[i].Shared && !around.cells[i].null {
			t.Columns[i].Default = around.cells[i].text
		}
	}
	return t, err
}

// belowWhole ranks an incomplete report with its set below every complete one of the same period, and among themselves
// by time: what is incomplete never removes rows of a set that was complete, in whatever order the two are loaded.
func belowWhole(observed time.Time) time.Time { return observed.AddDate(-1_000, 0, 0) }

// staging collects what the encoder says while the rows are copied.
type staging struct {
	counts  Counts
	misfits []misfit
}

func (s *staging) add(misfits []misfit, ok bool) {
	s.counts.Read++
	if !ok {
		s.counts.Rejected++
	}
	for _, m := range misfits {
		if m.adapted && ok {
			s.counts.Adapted++
		}
		if len(s.misfits) < keptRejects && (ok == m.adapted) {
			s.misfits = append(s.misfits, m)
		}
	}
}

// copy streams the section's rows into the stage.
func (s *Session) copy(ctx context.Context, t Table) (*staging, error) {
	result := &staging{}
	reader, writer := io.Pipe()
	read := make(chan error, 1)
	go func() {
		lines := &lineWriter{out: writer}
		encoder := newEncoder(t, s.Index)
		err := s.source.each(ctx, t.Section, func(at place, d *jsontext.Decoder) error {
			misfits, ok, err := encoder.read(at, d)
			if err != nil {
				return err
			}
			result.add(misfits, ok)
			if !ok {
				return nil
			}
			return lines.write(encoder.copyLine(at))
		})
		if err == nil {
			err = lines.flush()
		}
		writer.CloseWithError(err)
		read <- err
	}()
	_, err := s.Tx.Conn().PgConn().CopyFrom(ctx, reader, t.copyStage())
	reader.Close()
	if failure := <-read; failure != nil && !errors.Is(failure, io.ErrClosedPipe) {
		return nil, failure // the server only says that the copy was given up
	}
	if err != nil {
		return nil, fmt.Errorf("copying the rows: %w", err)
	}
	return result, nil
}

// lineWriter hands over whole lines in large pieces.
type lineWriter struct {
	out    io.Writer
	buffer []byte
}

const pieceSize = 64 << 10

func (l *lineWriter) write(line []byte) error {
	l.buffer = append(l.buffer, line...)
	if len(l.buffer) < pieceSize {
		return nil
	}
	return l.flush()
}

func (l *lineWriter) flush() error {
	_, err := l.out.Write(l.buffer)
	l.buffer = l.buffer[:0]
	return err
}

// write takes the stage over into the table, as far as no newer snapshot knew better.
func (s *Session) write(ctx context.Context, t Table, section snapshot.Range, counts *Counts) error {
	stale, err := s.stale(ctx, t, section)
	if err != nil || stale {
		return err
	}
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
	covered := section.Complete && t.Nature == CurrentState // by the watermark
	equal := counts.Read - counts.Rejected - counts.Created - counts.Updated
	if !covered && equal > 0 && !s.entry.loaded {
		if _, err := s.Tx.Exec(ctx, t.confirm(), s.account, section.ObservedAt); err != nil {
			return fmt.Errorf("confirming equal rows: %w", err)
		}
	}
	if t.IsParent {
		if _, err := s.Tx.Exec(ctx, t.ids(), s.account, section.ObservedAt); err != nil {
			return fmt.Errorf("reading the ids back: %w", err)
		}
		if _, err := s.Tx.Exec(ctx, "analyze "+t.Name+"_ids"); err != nil { // a few rows, which the planner cannot know
			return fmt.Errorf("analyzing the ids: %w", err)
		}
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

// stale reports whether a newer complete snapshot has been loaded into a current-state table, and otherwise moves the
// watermark when this one is complete.
func (s *Session) stale(ctx context.Context, t Table, section snapshot.Range) (stale bool, err error) {
	if t.Nature != CurrentState {
		return false, nil
	}
	err = s.Tx.QueryRow(ctx, `select coalesce((select observed_at > $3 from view360.section_watermarks where account_row_id = $1 and table_name = $2), false)`,
		s.account, t.Name, section.ObservedAt).Scan(&stale)
	if err != nil {
		return false, fmt.Errorf("reading the watermark: %w", err)
	}
	if stale || !section.Complete {
		return stale, nil
	}
	_, err = s.Tx.Exec(ctx, `insert into view360.section_watermarks as w (account_row_id, table_name, observed_at) values ($1, $2, $3)
on conflict (account_row_id, table_name) do update set observed_at = excluded.observed_at where w.observed_at < excluded.observed_at`,
		s.account, t.Name, section.ObservedAt)
	if err != nil {
		return false, fmt.Errorf("moving the watermark: %w", err)
	}
	return false, nil
}

func (s *Session) delete(ctx context.Context, t Table, section snapshot.Range) (int64, error) {
	statement := ""
	switch {
	case t.Replace:
		statement = t.deleteReplaced()
	case t.Nature == CurrentState && section.Complete:
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

// keep writes the rows that did not fit to view360.rejects.
func (s *Session) keep(ctx context.Context, t Table, misfits []misfit) error {
	if len(misfits) == 0 {
		return nil
	}
	rows := pgx.CopyFromSlice(len(misfits), func(i int) ([]any, error) {
		m := misfits[i]
		outcome := "rejected"
		if m.adapted {
			outcome = "adapted"
		}
		var index *int32
		if i := int32(m.at.index); i >= 0 {
			index = &i
		}
		return []any{s.entry.id, outcome, m.at.path(t.Section), index, t.Name, nullable(m.column), m.reason, nullable(m.excerpt)}, nil
	})
	_, err := s.Tx.CopyFrom(ctx, pgx.Identifier{"view360", "rejects"},
		[]string{"load_id", "outcome", "section", "item_index", "table_name", "column_name", "reason", "value_excerpt"}, rows)
	if err != nil {
		return fmt.Errorf("recording what did not fit: %w", err)
	}
	return nil
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Place is the path of a row for people: security.kms[3].
func (r Reject) Place() string {
	if r.Index < 0 {
		return r.Section
	}
	return r.Section + "[" + strconv.Itoa(r.Index) + "]"
}
