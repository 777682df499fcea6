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
	Tx         pgx.Tx
	Index      snapshot.Index
	source     source
	tables     []Table  // of the group
	tempTables []string // temporary tables with rows
	entry      ledgerEntry
	account    int32
	result     *Output
}

// ReadSection reads an object section as one row of t without loading it: the columns' values as text, nil for NULL. A row
// that does not fit is reported like any other, and ok is false; so is one that is not there.
func (s *Session) ReadSection(ctx context.Context, t Table) (values map[string]*string, ok bool, err error) {
	if _, there := s.Index.Sections[t.Section]; !there {
		return nil, false, nil
	}
	err = s.source.visitRows(ctx, t.Section, func(at rowPosition, d *jsontext.Decoder) error {
		values, ok, err = s.readRow(ctx, t, at, d)
		return err
	})
	return values, ok, err
}

// ReadText is Object for an object that is at hand.
func (s *Session) ReadText(ctx context.Context, t Table, object string) (values map[string]*string, ok bool, err error) {
	return s.readRow(ctx, t, rowPosition{index: -1}, jsontext.NewDecoder(strings.NewReader(object), lenient))
}

func (s *Session) readRow(ctx context.Context, t Table, at rowPosition, d *jsontext.Decoder) (values map[string]*string, ok bool, err error) {
	encoder, staged := newEncoder(t, s.Index), &copyResult{}
	misfits, ok, err := encoder.readRow(at, d)
	if err != nil {
		return nil, false, err
	}
	staged.addRow(misfits, ok)
	values = map[string]*string{}
	for i, c := range t.Columns {
		if text := encoder.cells[i].text; !encoder.cells[i].null {
			values[c.Name] = &text
		}
	}
	return values, ok, s.reportIssues(ctx, t, staged.counts, staged.issues)
}

// ReportAdapted notes a value of a table that was changed to fit.
func (s *Session) ReportAdapted(ctx context.Context, t Table, column, value string) error {
	m := issue{at: rowPosition{index: -1}, column: column, reason: "changed to fit", excerpt: truncate(value, maxExcerpt), adapted: true}
	return s.reportIssues(ctx, t, Counts{Adapted: 1}, []issue{m})
}

// AddCounts adds to what happened to a table's rows.
func (s *Session) AddCounts(table string, c Counts) {
	sum := s.result.Tables[table]
	sum.Add(c)
	s.result.Tables[table] = sum
}

// Counted is what happened to a table's rows so far.
func (s *Session) Counted(table string) Counts { return s.result.Tables[table] }

// reportIssues notes the rows of a table that did not fit.
func (s *Session) reportIssues(ctx context.Context, t Table, counts Counts, misfits []issue) error {
	if counts != (Counts{}) {
		s.AddCounts(t.Name, counts)
	}
	s.result.addRejects(t, misfits)
	return s.writeIssues(ctx, t, misfits)
}

// writeIssues writes the rows that did not fit to view360.rejects.
func (s *Session) writeIssues(ctx context.Context, t Table, misfits []issue) error {
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
		return []any{s.entry.id, outcome, m.at.listPath(t.Section), index, t.Name, nullable(m.column), m.reason, nullable(m.excerpt)}, nil
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

// Path is the path of a row for people: security.kms[3].
func (r Reject) Path() string {
	if r.Index < 0 {
		return r.Section
	}
	return r.Section + "[" + strconv.Itoa(r.Index) + "]"
}
