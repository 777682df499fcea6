package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/snapshot"
)

// Rows of which the table has none yet go straight into it, at the speed of COPY. Whatever is out of the ordinary (a key
// that is there twice or is another account's, a row whose parent is not at hand) is left to the stage.

// errNeedsTempTable gives the direct way up.
var errNeedsTempTable = errors.New("needs the stage")

// maxParents bounds the ids that are held in memory.
const maxParents = 100_000

// uniqueViolation: the file repeats a key, or the row is there and is another account's or region's.
const uniqueViolation = "23505"

// copyDirectly copies the rows into a table that has none of the account; done is false, and nothing has happened, when they
// must go by the stage.
func (s *Session) copyDirectly(ctx context.Context, t Table, section snapshot.Range, known storedState, hash io.Writer) (staged *copyResult, done bool, err error) {
	if known.isStale || !known.isEmpty || t.IsParent {
		return nil, false, nil
	}
	if section.Empty() {
		return &copyResult{}, true, nil
	}
	line, err := s.newDirectLine(ctx, t, section)
	if err != nil {
		return nil, false, ignoreNeedsTempTable(err)
	}
	nested, err := s.Tx.Begin(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("setting a savepoint: %w", err)
	}
	staged, err = s.copyRows(ctx, t, t.copyDirectSQL(), hash, line)
	if err != nil {
		return nil, false, errors.Join(ignoreNeedsTempTable(err), nested.Rollback(ctx))
	}
	staged.counts.Created = staged.counts.Read - staged.counts.Rejected
	return staged, true, nested.Commit(ctx)
}

func ignoreNeedsTempTable(err error) error {
	var violation *pgconn.PgError
	if errors.Is(err, errNeedsTempTable) || errors.As(err, &violation) && violation.Code == uniqueViolation {
		return nil
	}
	return err
}

// newDirectLine makes lines for the table itself: the owner, the columns, and when the row was observed.
func (s *Session) newDirectLine(ctx context.Context, t Table, section snapshot.Range) (func(*encoder, rowPosition) ([]byte, error), error) {
	ids, err := s.readParentIDs(ctx, t)
	if err != nil {
		return nil, err
	}
	account := strconv.Itoa(int(s.account))
	observed := section.ObservedAt.UTC().Format(timestampFormat)
	return func(e *encoder, at rowPosition) ([]byte, error) {
		e.line = e.line[:0]
		for _, name := range t.ownerColumns() {
			owner := account
			if name != "account_id" {
				if owner = ids[e.parentKey(at)]; owner == "" {
					return nil, errNeedsTempTable
				}
			}
			e.line = append(append(e.line, owner...), '\t')
		}
		for i, c := range e.table.Columns {
			if !c.isHidden() {
				e.line = append(e.cells[i].appendTo(e.line), '\t')
			}
		}
		e.line = append(append(e.line, observed...), '\n')
		return e.line, nil
	}, nil
}

// parentKey is what the row that was read last knows its parent by.
func (e *encoder) parentKey(at rowPosition) string {
	if e.table.Parent.Member == "" {
		return strconv.Itoa(at.parent)
	}
	for i, c := range e.table.Columns {
		if c.isHidden() {
			return e.cells[i].text
		}
	}
	return ""
}

// readParentIDs are the ids of the rows that the table's rows may belong to.
func (s *Session) readParentIDs(ctx context.Context, t Table) (map[string]string, error) {
	if t.Parent == nil {
		return nil, nil
	}
	rows, err := s.Tx.Query(ctx, t.parentIDsSQL(), s.account, maxParents+1)
	if err != nil {
		return nil, fmt.Errorf("reading the ids of %s: %w", t.Parent.Table, err)
	}
	ids := map[string]string{}
	var key string
	var id int32
	_, err = pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		ids[key] = strconv.Itoa(int(id))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the ids of %s: %w", t.Parent.Table, err)
	}
	if len(ids) > maxParents {
		return nil, errNeedsTempTable
	}
	return ids, nil
}
