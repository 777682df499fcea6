package sql_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"view360/shared/pgtest"
)

var update = flag.Bool("update", false, "update sql/README.md")

const dictionaryHead = `# Data dictionary

All tables and views of the database, generated from the comments in migrations/ and views/ by
` + "`go test ./sql -run TestDictionaryDescribesTheDatabase -update`" + `; do not edit.

Dashboards and loaders use schema public. Schema view360 holds the state of View360 itself.
A path such as security.kms_keys[].arn is the source of a value in the snapshot.

## Definitions

What the page, QuickSight and queries of one's own call by one name is defined once, in schema view360:

| term | where | the contract's views |
|---|---|---|
| open finding | view360.open_findings: active, new or notified, and not closed since | open_findings of view_acct_security and the summaries counts findings of Security Hub that changed on a day and were active and new then |
| critical finding | view360.open_findings with severity CRITICAL | critical_count and critical_findings count those that changed on a day, of any status |
| covered | view360.coverage without is_unread | the statuses of view_acct_logs are of a section, the worst of its sources |
| cost of a day, month to date | view360.daily_costs, and the sum of the days of a month | view_acct_cost_rep has reports of all granularities, and two for a day that both versions loaded |
| forecast | view360.expected_costs of the newest day of each account, added to its month to date | view_acct_cost_rep_forecast has the forecasts of all reports |
`

// relationsSQL lists relations with their comments. A column of a view without a comment takes the comment of the
// column with the same name in the first table of the view, or else in the other relations that it reads.
const relationsSQL = `
	with relation as (
		select c.oid, c.relkind, n.nspname, c.relname, obj_description(c.oid) as comment,
			case when c.relkind = 'v' then substring(pg_get_viewdef(c.oid) from 'FROM \(*([a-z_0-9.]+)') end as base
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'view360') and c.relkind in ('r', 'v') and c.relname <> 'schema_versions'
	)
	select r.nspname::text, r.relname::text, r.relkind = 'v', coalesce(r.comment, ''), a.attname::text,
		format_type(a.atttypid, a.atttypmod), not a.attnotnull and r.relkind = 'r',
		coalesce(col_description(r.oid, a.attnum), inherited.comment, '')
	from relation r
	join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
	left join lateral (
		select col_description(used.attrelid, used.attnum) as comment
		from pg_rewrite w
		join pg_depend d on d.objid = w.oid and d.classid = 'pg_rewrite'::regclass
		join pg_attribute used on used.attrelid = d.refobjid and used.attname = a.attname
		where r.relkind = 'v' and w.ev_class = r.oid and d.refobjid <> r.oid
		order by used.attrelid = to_regclass(r.base) desc, used.attrelid = to_regclass('view360.account_labels'),
			used.attrelid
		limit 1
	) inherited on true
	order by r.nspname, r.relkind, r.relname, a.attnum`

func buildDictionary(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	type line struct {
		Schema, Relation string
		View             bool
		Comment          string
		Column, Type     string
		Nullable         bool
		Meaning          string
	}
	var text strings.Builder
	text.WriteString(dictionaryHead)
	kind, relation := "", ""
	for _, l := range queryRows[line](t, conn, relationsSQL) {
		if l.Comment == "" || l.Meaning == "" {
			t.Errorf("%s.%s or its column %s has no comment", l.Schema, l.Relation, l.Column)
		}
		if section := fmt.Sprintf("## %s of schema %s", map[bool]string{false: "Tables", true: "Views"}[l.View], l.Schema); section != kind {
			kind = section
			fmt.Fprintf(&text, "\n%s\n", kind)
		}
		if l.Relation != relation {
			relation = l.Relation
			fmt.Fprintf(&text, "\n### %s\n\n%s\n\n| column | type | meaning |\n|---|---|---|\n", relation, l.Comment)
		}
		null := ""
		if l.Nullable {
			null = ", may be null"
		}
		fmt.Fprintf(&text, "| %s | %s%s | %s |\n", l.Column, l.Type, null, strings.ReplaceAll(l.Meaning, "|", "\\|"))
	}
	return text.String()
}

// TestDictionaryDescribesTheDatabase compares README.md with the comments in the database.
func TestDictionaryDescribesTheDatabase(t *testing.T) {
	t.Parallel()
	want := buildDictionary(t, pgtest.Conn(t))
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("README.md is out of date; run go test ./sql -run TestDictionaryDescribesTheDatabase -update (-file +database):\n%s", diff)
	}
}
