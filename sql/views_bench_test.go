package sql_test

import (
	"context"
	_ "embed"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"view360/shared/pgtest"
)

//go:embed testdata/generated.sql
var generated string

// measured is a view with what dashboards group it by and add up.
type measured struct {
	Name    string
	Account string // column of the account's id
	Groups  string
	Sums    string
}

const measuredViews = `
	select v.oid::regclass::text, account, concat_ws(', ', account, product), concat_ws(', ', 'count(*)', sums)
	from (
		select c.oid,
			case when bool_or(attname = 'account') then 'account' when bool_or(attname = 'account_row_id') then 'account_row_id'
				when bool_or(attname = 'account_id') then 'account_id' else 'null' end as account,
			max(attname::text) filter (where attname = 'project_product_name') as product,
			string_agg(format('sum(%I)', attname), ', ') filter (where atttypid = any ('{integer,bigint,numeric}'::regtype[])) as sums
		from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0
		where relkind = 'v' and relnamespace = any ('{public,view360}'::regnamespace[])
		group by 1
	) v order by 1`

// BenchmarkViews asks every view for what dashboards show: all rows, added up by account and product, and every column
// of one account's rows. A view of a million rows is never fetched whole.
//
//	go test ./sql -run '^$' -bench Views -benchtime 3x
func BenchmarkViews(b *testing.B) {
	ctx := context.Background()
	conn := pgtest.Conn(b)
	if _, err := conn.Exec(ctx, generated); err != nil {
		b.Fatal(err)
	}
	rows, err := conn.Query(ctx, measuredViews)
	if err != nil {
		b.Fatal(err)
	}
	views, err := pgx.CollectRows(rows, pgx.RowToStructByPos[measured])
	if err != nil {
		b.Fatal(err)
	}
	for _, v := range views {
		b.Run(v.Name+"/all", func(b *testing.B) {
			runQuery(b, conn, fmt.Sprintf("select %s, %s from %s group by %[1]s", v.Groups, v.Sums, v.Name))
		})
		b.Run(v.Name+"/one account", func(b *testing.B) {
			runQuery(b, conn, fmt.Sprintf("select * from %s where %s::text = '000000000500'", v.Name, v.Account))
		})
	}
}

// runQuery measures a query, with its rows fetched.
func runQuery(b *testing.B, conn *pgx.Conn, query string) {
	for b.Loop() {
		if _, err := conn.Exec(context.Background(), query); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/query")
	b.ReportMetric(0, "ns/op")
}
