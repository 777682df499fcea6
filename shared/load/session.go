package load

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"view360/shared/snapshot"
)

// Session is one load of one group: a transaction and the snapshot that it reads.
type Session struct {
	Tx           pgx.Tx
	Index        snapshot.Index
	accountRowID int32
	source       source
	rejects      rejectLog
	fingerprints fingerprints
	reloads      bool              // the ledger has the snapshot as loaded
	counts       map[string]Counts // by table
	tempTables   []string          // those with rows
}

func (h Handler) newSession(tx pgx.Tx, index snapshot.Index, entry ledgerEntry) *Session {
	s := &Session{Tx: tx, Index: index, source: source{store: h.Bucket(index.Bucket), index: index}, reloads: entry.loaded, counts: map[string]Counts{}}
	s.rejects = rejectLog{tx: tx, loadID: entry.id}
	s.fingerprints = fingerprints{session: s, from: h.FingerprintFrom}
	return s
}

// loadTables loads the accounts row, or finds it, and then the tables of the group.
func (s *Session) loadTables(ctx context.Context, g Group) (err error) {
	if g.LoadAccountRow != nil {
		s.accountRowID, err = g.LoadAccountRow(ctx, s)
	} else {
		s.accountRowID, err = FindAccountRow(ctx, s.Tx, s.Index)
	}
	if err != nil {
		return err
	}
	for _, t := range g.Tables {
		counts, issues, err := s.loadTable(ctx, t, g.childrenOf(t))
		if err != nil {
			return fmt.Errorf("loading table %s: %w", t.Name, err)
		}
		if err := s.reportIssues(ctx, t, counts, issues); err != nil {
			return err
		}
	}
	return s.truncateTempTables(ctx)
}

// childrenOf returns the tables of the group whose rows belong to rows of t.
func (g Group) childrenOf(t Table) []Table {
	var children []Table
	for _, child := range g.Tables {
		if child.Parent != nil && child.Parent.Table == t.Name {
			children = append(children, child)
		}
	}
	return children
}

// truncateTempTables empties the temporary tables for the next transaction. A rollback does the same.
func (s *Session) truncateTempTables(ctx context.Context) error {
	if len(s.tempTables) == 0 {
		return nil
	}
	if _, err := s.Tx.Exec(ctx, "truncate "+strings.Join(s.tempTables, ", ")); err != nil {
		return fmt.Errorf("truncating temporary tables: %w", err)
	}
	return nil
}

// ReadSection reads an object section as one row of t without loading it. It returns the columns' values as text, nil for
// NULL. ok is false if the section is absent, or if the row does not fit, which is then reported as a reject.
func (s *Session) ReadSection(ctx context.Context, t Table) (values map[string]*string, ok bool, err error) {
	if _, exists := s.Index.Sections[t.Section]; !exists {
		return nil, false, nil
	}
	err = s.source.visitRows(ctx, t.Section, func(at rowPosition, d *jsontext.Decoder) error {
		values, ok, err = s.readRow(ctx, t, at, d)
		return err
	})
	return values, ok, err
}

// ReadText is [Session.ReadSection] for the JSON text of an object.
func (s *Session) ReadText(ctx context.Context, t Table, object string) (values map[string]*string, ok bool, err error) {
	return s.readRow(ctx, t, rowPosition{index: -1}, jsontext.NewDecoder(strings.NewReader(object), lenient))
}

func (s *Session) readRow(ctx context.Context, t Table, at rowPosition, d *jsontext.Decoder) (values map[string]*string, ok bool, err error) {
	encoder, result := newEncoder(t, s.Index), &copyResult{}
	issues, ok, err := encoder.readRow(at, d)
	if err != nil {
		return nil, false, err
	}
	result.addRow(issues, ok)
	values = map[string]*string{}
	for i, c := range t.Columns {
		if text := encoder.cells[i].text; !encoder.cells[i].null {
			values[c.Name] = &text
		}
	}
	return values, ok, s.reportIssues(ctx, t, result.counts, result.issues)
}

// ReportAdapted records a value of a table that was changed to fit.
func (s *Session) ReportAdapted(ctx context.Context, t Table, column, value string) error {
	i := issue{at: rowPosition{index: -1}, column: column, reason: "changed to fit", excerpt: truncate(value, maxExcerpt), adapted: true}
	return s.reportIssues(ctx, t, Counts{Adapted: 1}, []issue{i})
}

// reportIssues adds the counts of a table and records its issues.
func (s *Session) reportIssues(ctx context.Context, t Table, c Counts, issues []issue) error {
	if c != (Counts{}) {
		s.AddCounts(t.Name, c)
	}
	return s.rejects.addIssues(ctx, t, issues)
}

// AddCounts adds to the counts of a table.
func (s *Session) AddCounts(table string, c Counts) {
	sum := s.counts[table]
	sum.Add(c)
	s.counts[table] = sum
}
