package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// errNeedsTempTable aborts a direct COPY: a row's parent is not known, or there are too many parents.
var errNeedsTempTable = errors.New("needs the temporary table")

// maxParents limits the ids that are held in memory.
const maxParents = 100_000

// uniqueViolation: the section repeats a key, or the row exists and belongs to another account or region.
const uniqueViolation = "23505"

// copyDirectly copies the rows into a table that has none of the account. done is false, without any effect, if the rows
// need the temporary table.
func (l *tableLoader) copyDirectly(ctx context.Context, hash io.Writer) (result *copyResult, done bool, err error) {
	if l.stored.isStale || !l.stored.isEmpty || l.table.IsParent {
		return nil, false, nil
	}
	if l.section.IsEmpty() {
		return &copyResult{}, true, nil
	}
	build, err := l.newDirectLine(ctx)
	if err != nil {
		return nil, false, ignoreNeedsTempTable(err)
	}
	nested, err := l.Tx.Begin(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("setting a savepoint: %w", err)
	}
	result, err = l.copyRows(ctx, l.statements.copyDirectSQL(), hash, build)
	if err != nil {
		return nil, false, errors.Join(ignoreNeedsTempTable(err), nested.Rollback(ctx))
	}
	result.counts.Created = result.counts.Read - result.counts.Rejected
	return result, true, nested.Commit(ctx)
}

func ignoreNeedsTempTable(err error) error {
	if errors.Is(err, errNeedsTempTable) || hasCode(err, uniqueViolation) || hasCode(err, programLimitExceeded) {
		return nil
	}
	return err
}

// newDirectLine returns a function that builds lines for the table itself: owner, columns, time of collection.
func (l *tableLoader) newDirectLine(ctx context.Context) (buildLine, error) {
	ids, err := l.readParentIDs(ctx)
	if err != nil {
		return nil, err
	}
	account := strconv.Itoa(int(l.accountRowID))
	observed := l.section.ObservedAt.UTC().Format(timestampFormat)
	return func(e *encoder, at rowPosition) ([]byte, error) {
		e.line = e.line[:0]
		for _, name := range l.table.ownerColumns() {
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

// parentKey returns the key by which the row that was read last names its parent.
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

// readParentIDs returns the ids of possible parent rows by their key.
func (l *tableLoader) readParentIDs(ctx context.Context) (map[string]string, error) {
	parent := l.table.Parent
	if parent == nil {
		return nil, nil
	}
	rows, err := l.Tx.Query(ctx, l.statements.parentIDsSQL(), l.accountRowID, maxParents+1)
	if err != nil {
		return nil, fmt.Errorf("reading the ids of %s: %w", parent.Table, err)
	}
	ids := map[string]string{}
	var key string
	var id int32
	_, err = pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		ids[key] = strconv.Itoa(int(id))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the ids of %s: %w", parent.Table, err)
	}
	if len(ids) > maxParents {
		return nil, errNeedsTempTable
	}
	return ids, nil
}
