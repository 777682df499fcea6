package load

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"view360/shared/snapshot"
)

// Session is one load of one group: a transaction and the snapshot it reads.
type Session struct {
	Tx      pgx.Tx
	Index   snapshot.Index
	source  source
	tables  []Table  // of the group
	stages  []string // temporary tables with rows
	entry   ledgerEntry
	account int32
	result  *Output
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
