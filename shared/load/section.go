package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/snapshot"
)

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
	known, err := s.standing(ctx, t, section)
	if err != nil {
		return Counts{}, nil, err
	}
	if err := s.moveWatermark(ctx, t, section, known); err != nil {
		return Counts{}, nil, err
	}
	unchanged, err := s.unchanged(ctx, t, section, known)
	if err != nil || unchanged {
		return Counts{Read: known.read, Unchanged: known.read}, nil, err
	}
	return s.rows(ctx, t, section, known)
}

// rows loads the rows of a section: straight into the table when it has none of theirs, else by way of the stage.
func (s *Session) rows(ctx context.Context, t Table, section snapshot.Range, known standing) (Counts, []misfit, error) {
	print := s.fingerprint(t, section)
	staged, done, err := s.direct(ctx, t, section, known, print)
	if err == nil && !done {
		print = s.fingerprint(t, section)
		staged, err = s.byStage(ctx, t, section, known.stale, print)
	}
	if err != nil {
		return Counts{}, nil, err
	}
	counts := staged.counts
	counts.Unchanged = counts.Read - counts.Created - counts.Updated - counts.Rejected
	if !known.stale {
		err = s.remember(ctx, t, section, counts, print)
	}
	return counts, staged.misfits, err
}

// standing is what the database knows of a table and an account before a section is loaded.
type standing struct {
	stale  bool // a newer complete section has been loaded into a current-state table
	vacant bool // the table has no row of the account, or of the parents
	memory
}

func (s *Session) standing(ctx context.Context, t Table, section snapshot.Range) (known standing, err error) {
	m := &known.memory
	err = s.Tx.QueryRow(ctx, t.standing(), s.account, t.Name, section.ObservedAt).
		Scan(&known.stale, &known.vacant, &m.fingerprint, &m.bytes, &m.observedAt, &m.read, &m.exact, &m.versions)
	if err != nil {
		return known, fmt.Errorf("asking what is there: %w", err)
	}
	known.stale = known.stale && t.Nature == CurrentState
	return known, nil
}

// moveWatermark notes that a complete section of a current-state table has been seen.
func (s *Session) moveWatermark(ctx context.Context, t Table, section snapshot.Range, known standing) error {
	if !t.covered(section) || known.stale {
		return nil
	}
	_, err := s.Tx.Exec(ctx, `insert into view360.section_watermarks as w (account_row_id, table_name, observed_at) values ($1, $2, $3)
on conflict (account_row_id, table_name) do update set observed_at = excluded.observed_at where w.observed_at < excluded.observed_at`,
		s.account, t.Name, section.ObservedAt)
	if err != nil {
		return fmt.Errorf("moving the watermark: %w", err)
	}
	return nil
}

// covered reports whether the watermark says of every row of the table when it was seen.
func (t Table) covered(section snapshot.Range) bool {
	return t.Nature == CurrentState && section.Complete
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
