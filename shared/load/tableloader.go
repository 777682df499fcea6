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

// tableLoader loads the section of one table.
type tableLoader struct {
	*Session
	table      Table
	statements statements
	section    snapshot.Range
	children   []Table
	stored     storedState
}

// storedState is the state of a table and an account before a section is loaded.
type storedState struct {
	isStale bool // a newer complete section has been loaded into a current-state table
	isEmpty bool // the table has no row of the account, or of the parents
	sectionFingerprint
}

// loadTable loads one table and returns its counts and issues.
func (s *Session) loadTable(ctx context.Context, t Table, children []Table) (Counts, []issue, error) {
	if t.DailyOnly && s.Index.Name.Interval != snapshot.Daily {
		if !t.IsParent {
			return Counts{}, nil, nil
		}
		t = t.insertingOnly()
	}
	t, err := s.unwrapTable(ctx, t)
	if err != nil {
		return Counts{}, nil, err
	}
	path := parseSectionPath(t.Section)
	section, exists := s.Index.Sections[path.path]
	if !exists || section.IsEmpty() && !path.isList {
		return Counts{}, nil, nil
	}
	if section.Partial && t.isReportOrSet() || t.insertOnly {
		section.ObservedAt = rankBelowComplete(section.ObservedAt)
	}
	l := &tableLoader{Session: s, table: t, statements: statements{t}, section: section, children: children}
	return l.loadSection(ctx)
}

// unwrapTable returns the table as the snapshot has it: with its rows in a list, or in a list inside an object.
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

// rankBelowComplete moves the time of an incomplete report with its set before every complete one of the same period. So
// an incomplete report never deletes rows of a complete set, regardless of the order of the two loads.
func rankBelowComplete(observed time.Time) time.Time { return observed.AddDate(-1_000, 0, 0) }

func (l *tableLoader) loadSection(ctx context.Context) (Counts, []issue, error) {
	if err := l.readStoredState(ctx); err != nil {
		return Counts{}, nil, err
	}
	if err := l.moveWatermark(ctx); err != nil {
		return Counts{}, nil, err
	}
	if !l.stored.isStale && l.remembers() {
		unchanged, err := l.fingerprints.matchFingerprint(ctx, l.table, l.section, l.stored.sectionFingerprint)
		if err != nil || unchanged {
			return Counts{Read: l.stored.read, Unchanged: l.stored.read}, nil, err
		}
	}
	return l.loadRows(ctx)
}

func (l *tableLoader) readStoredState(ctx context.Context) error {
	f := &l.stored.sectionFingerprint
	err := l.Tx.QueryRow(ctx, l.statements.storedStateSQL(), l.accountRowID, l.table.Name, l.section.ObservedAt).
		Scan(&l.stored.isStale, &l.stored.isEmpty, &f.hash, &f.bytes, &f.observedAt, &f.read, &f.coversTable, &f.versions)
	if err != nil {
		return fmt.Errorf("reading stored state: %w", err)
	}
	l.stored.isStale = l.stored.isStale && l.table.Nature == CurrentState
	return nil
}

// periodArguments returns the parameters of the statements about the snapshot's period: the accounts row, the time of
// collection, the period's dates, and its granularity.
func (l *tableLoader) periodArguments() []any {
	name := l.Index.Name
	w := snapshot.WindowOf(name.Interval, name.Date)
	return []any{l.accountRowID, l.section.ObservedAt, w.StartDate(), w.EndDate(), string(name.Interval)}
}

// moveWatermark records the time of a complete section of a current-state table, or of a period.
func (l *tableLoader) moveWatermark(ctx context.Context) error {
	if l.table.replacesPeriod(l.section) {
		if _, err := l.Tx.Exec(ctx, l.statements.movePeriodWatermarkSQL(), l.periodArguments()...); err != nil {
			return fmt.Errorf("moving the watermark of the period: %w", err)
		}
		return nil
	}
	if !l.table.usesWatermark(l.section) && !l.table.listsOpen(l.section) || l.stored.isStale {
		return nil
	}
	_, err := l.Tx.Exec(ctx, `insert into view360.section_watermarks as w (account_row_id, table_name, observed_at) values ($1, $2, $3)
on conflict (account_row_id, table_name) do update set observed_at = excluded.observed_at where w.observed_at < excluded.observed_at`,
		l.accountRowID, l.table.Name, l.section.ObservedAt)
	if err != nil {
		return fmt.Errorf("moving the watermark: %w", err)
	}
	return nil
}

// remembers reports whether a section that equals the last one may be left out. Rows that are open must be seen each time,
// and the empty lists of two periods are equal.
func (l *tableLoader) remembers() bool {
	return !l.table.insertOnly && !l.table.listsOpen(l.section) && !(l.table.ReplacePeriod && l.section.IsEmpty())
}

// closeRows says of the account's rows whether they are missing in a newer list of all open ones.
func (l *tableLoader) closeRows(ctx context.Context) error {
	if l.table.IsOpenSQL == "" {
		return nil
	}
	if _, err := l.Tx.Exec(ctx, l.statements.closeRowsSQL(), l.accountRowID, l.table.Name); err != nil {
		return fmt.Errorf("closing rows that are not open any more: %w", err)
	}
	return nil
}

// loadRows loads the rows of the section: directly if the table has no row of the account, else via a temporary table.
func (l *tableLoader) loadRows(ctx context.Context) (Counts, []issue, error) {
	hash := l.fingerprints.startHash(l.table, l.section)
	result, done, err := l.copyDirectly(ctx, hash)
	if err == nil && !done {
		hash = l.fingerprints.startHash(l.table, l.section)
		result, err = l.upsertViaTempTable(ctx, hash)
	}
	if err != nil {
		return Counts{}, nil, err
	}
	c := result.counts
	c.Unchanged = c.Read - c.Created - c.Updated - c.Rejected
	if err := l.closeRows(ctx); err != nil {
		return Counts{}, nil, err
	}
	if !l.stored.isStale && l.remembers() {
		err = l.fingerprints.saveFingerprint(ctx, l.table, l.section, c, hash)
	}
	return c, result.issues, err
}
