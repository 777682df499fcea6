package page

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"view360/sql"
)

// column is one column of a view, as the database describes it.
type column struct{ Name, Type, Comment string }

// IsNumeric reports whether the column holds numbers, which are aligned to the right.
func (c column) IsNumeric() bool {
	name, _, _ := strings.Cut(c.Type, "(")
	return slices.Contains([]string{"integer", "bigint", "numeric", "double precision"}, name)
}

// viewColumnsSQL lists the columns of a view. A column without a comment takes that of the column with the same name in
// the tables that the view reads.
const viewColumnsSQL = `
select c.attname::text as name, format_type(c.atttypid, c.atttypmod) as type, coalesce(col_description(c.attrelid, c.attnum), (
    select col_description(source.attrelid, source.attnum)
    from pg_rewrite r
    join pg_depend d on d.objid = r.oid and d.refclassid = 'pg_class'::regclass
    join pg_attribute source on source.attrelid = d.refobjid and source.attnum = d.refobjsubid
    where r.ev_class = c.attrelid and source.attname = c.attname and col_description(source.attrelid, source.attnum) is not null
    order by source.attrelid
    limit 1), '') as comment
from pg_attribute c
where c.attrelid = $1::regclass and c.attnum > 0 and not c.attisdropped
order by c.attnum`

// describeView reads the comment and the columns of a view.
func describeView(ctx context.Context, tx pgx.Tx, view sql.View) (comment string, columns []column, err error) {
	err = tx.QueryRow(ctx, `select coalesce(obj_description($1::regclass), '')`, view.Name).Scan(&comment)
	if err != nil {
		return "", nil, fmt.Errorf("reading the comment of %s: %w", view.Name, err)
	}
	result, err := tx.Query(ctx, viewColumnsSQL, view.Name)
	if err != nil {
		return "", nil, fmt.Errorf("reading the columns of %s: %w", view.Name, err)
	}
	columns, err = pgx.CollectRows(result, pgx.RowToStructByName[column])
	return comment, columns, err
}
