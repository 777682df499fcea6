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

// loadTable loads one table and returns what happened, with the rows that did not fit.
func (s *Session) loadTable(ctx context.Context, t Table) (Counts, []issue, error) {
	t, err := s.unwrapTable(ctx, t)
	if err != nil {
		return Counts{}, nil, err
	}
	loc := parseSectionPath(t.Section)
	section, there := s.Index.Sections[loc.path]
	if !there || section.Empty() && !loc.isList {
		return Counts{}, nil, nil
	}
	if section.Partial && t.isReportOrSet() {
		section.ObservedAt = rankBelowComplete(section.ObservedAt)
	}
	known, err := s.readStoredState(ctx, t, section)
	if err != nil {
		return Counts{}, nil, err
	}
	if err := s.moveWatermark(ctx, t, section, known); err != nil {
		return Counts{}, nil, err
	}
	unchanged, err := s.isUnchanged(ctx, t, section, known)
	if err != nil || unchanged {
		return Counts{Read: known.read, Unchanged: known.read}, nil, err
	}
	return s.loadRows(ctx, t, section, known)
}

// loadRows loads the rows of a section: straight into the table when it has none of theirs, else by way of the stage.
func (s *Session) loadRows(ctx context.Context, t Table, section snapshot.Range, known storedState) (Counts, []issue, error) {
	print := s.startHash(t, section)
	staged, done, err := s.copyDirectly(ctx, t, section, known, print)
	if err == nil && !done {
		print = s.startHash(t, section)
		staged, err = s.upsertViaTempTable(ctx, t, section, known.isStale, print)
	}
	if err != nil {
		return Counts{}, nil, err
	}
	counts := staged.counts
	counts.Unchanged = counts.Read - counts.Created - counts.Updated - counts.Rejected
	if !known.isStale {
		err = s.saveFingerprint(ctx, t, section, counts, print)
	}
	return counts, staged.issues, err
}

// storedState is what the database knows of a table and an account before a section is loaded.
type storedState struct {
	isStale bool // a newer complete section has been loaded into a current-state table
	isEmpty bool // the table has no row of the account, or of the parents
	sectionFingerprint
}

func (s *Session) readStoredState(ctx context.Context, t Table, section snapshot.Range) (known storedState, err error) {
	m := &known.sectionFingerprint
	err = s.Tx.QueryRow(ctx, t.storedStateSQL(), s.account, t.Name, section.ObservedAt).
		Scan(&known.isStale, &known.isEmpty, &m.hash, &m.bytes, &m.observedAt, &m.read, &m.coversTable, &m.versions)
	if err != nil {
		return known, fmt.Errorf("asking what is there: %w", err)
	}
	known.isStale = known.isStale && t.Nature == CurrentState
	return known, nil
}

// moveWatermark notes that a complete section of a current-state table has been seen.
func (s *Session) moveWatermark(ctx context.Context, t Table, section snapshot.Range, known storedState) error {
	if !t.usesWatermark(section) || known.isStale {
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

// usesWatermark reports whether the watermark says of every row of the table when it was seen.
func (t Table) usesWatermark(section snapshot.Range) bool {
	return t.Nature == CurrentState && section.Complete
}

// unwrapTable is the table as the snapshot has it: with its rows in a list, or in a list inside an object.
func (s *Session) unwrapTable(ctx context.Context, t Table) (Table, error) {
	object := strings.TrimSuffix(t.Section, "[]")
	inner := object + "." + t.Wrapped
	if _, wrapped := s.Index.Sections[inner]; !wrapped {
		return t, nil
	}
	t.Section, t.Columns = inner+"[]", slices.Clone(t.Columns)
	around := newEncoder(t, s.Index)
	err := s.source.visitRows(ctx, object, func(at rowPosition, d *jsontext.Decoder) error {
		_, _, err := around.readRow(at, d)
		return err
	})
	for i := range t.Columns {
		if t.Columns[i].Shared && !around.cells[i].null {
			t.Columns[i].Default = around.cells[i].text
		}
	}
	return t, err
}

// rankBelowComplete ranks an incomplete report with its set below every complete one of the same period, and among themselves
// by time: what is incomplete never removes rows of a set that was complete, in whatever order the two are loaded.
func rankBelowComplete(observed time.Time) time.Time { return observed.AddDate(-1_000, 0, 0) }
