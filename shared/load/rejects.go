package load

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// Limits of the issues of one table in the database, and of the rejects of one group in the output.
const (
	maxStoredIssues  = 1_000
	maxOutputRejects = 10
)

// issue is a value that was rejected, and its row with it, or that was changed to fit.
type issue struct {
	at      rowPosition
	column  string
	reason  string
	excerpt string
	adapted bool
}

// rejectLog records the issues of a load in view360.rejects, and keeps the first rejects for the output.
type rejectLog struct {
	tx     pgx.Tx
	loadID int64
	first  []Reject
}

func (l *rejectLog) addIssues(ctx context.Context, t Table, issues []issue) error {
	if len(issues) == 0 {
		return nil
	}
	for _, i := range issues {
		if !i.adapted && len(l.first) < maxOutputRejects {
			l.first = append(l.first, Reject{i.at.listPath(t.Section), i.at.index, t.Name, i.column, i.reason, i.excerpt})
		}
	}
	rows := pgx.CopyFromSlice(len(issues), func(n int) ([]any, error) { return l.toRow(t, issues[n]), nil })
	_, err := l.tx.CopyFrom(ctx, pgx.Identifier{"view360", "rejects"},
		[]string{"load_id", "outcome", "section", "item_index", "table_name", "column_name", "reason", "value_excerpt"}, rows)
	if err != nil {
		return fmt.Errorf("writing rejects of %s: %w", t.Name, err)
	}
	return nil
}

func (l *rejectLog) toRow(t Table, i issue) []any {
	outcome := "rejected"
	if i.adapted {
		outcome = "adapted"
	}
	var index *int32
	if n := int32(i.at.index); n >= 0 {
		index = &n
	}
	return []any{l.loadID, outcome, i.at.listPath(t.Section), index, t.Name, toNullable(i.column), i.reason, toNullable(i.excerpt)}
}

func toNullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Path returns the path of the row as people read it: security.kms[3].
func (r Reject) Path() string {
	if r.Index < 0 {
		return r.Section
	}
	return r.Section + "[" + strconv.Itoa(r.Index) + "]"
}
