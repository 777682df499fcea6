package migrate_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"view360/shared/migrate"
	"view360/shared/pgtest"
	"view360/sql"
)

type version struct {
	shape migrate.Shape
	undo  string
}

// older lists the schemas of the Python program from the last to the first, each as the way back from the one before.
var older = []version{
	{migrate.PythonE, ""},
	{migrate.PythonD, `
		alter table cost_reports drop column region, add unique (account_id, period_start);
		alter table service_costs drop column region;
		alter table cost_forecasts drop column region`},
	{migrate.PythonC, "alter table inventory_applications drop column architecture, drop column application_type"},
	{migrate.PythonB, "drop table ri_sp_daily_savings"},
	{migrate.PythonA, "alter table config_reports drop column curr_compliant, drop column curr_non_compliant"},
	{migrate.PythonV1, `
		drop table support_tickets;
		alter table services
			drop constraint services_account_id_service_usage_types_date_from_key,
			add unique (account_id, service, date_from);
		alter table non_compliant_resources drop column annotation, drop column evaluation_mode,
			drop column conformance_pack, drop column status;
		alter table inventory_instances drop column platform_type, drop column platform_version,
			drop column is_latest_version, drop column association_status,
			drop column association_execution_date, drop column association_success_date;
		alter table contact_info drop constraint contact_info_account_id_fkey;
		alter table alternate_contacts drop constraint alternate_contacts_account_id_fkey;
		alter table accounts drop column region, add unique (account_id);
		alter table contact_info alter account_id type varchar(12),
			add foreign key (account_id) references accounts (account_id);
		alter table alternate_contacts alter account_id type varchar(12),
			add foreign key (account_id) references accounts (account_id)`},
}

// content fills a database of the Python version; CONTACT is how its contacts name the account.
const content = `
	insert into accounts (id, account_id, account_name, account_email, account_status, account_arn, joined_method, joined_timestamp)
	values (7, '111111111111', 'one', 'e', 'ACTIVE', 'arn', 'CREATED', now()),
		(8, '222222222222', 'two', 'e', 'ACTIVE', 'arn', 'CREATED', now());
	insert into contact_info (account_id, full_name) select CONTACT, 'person of ' || account_name from accounts;
	insert into alternate_contacts (account_id, contact_type, full_name) select CONTACT, 'BILLING', 'payer of ' || account_name from accounts;
	insert into products (id, name, owner) values (1, 'Shop', 'Jane'), (2, 'shop', 'System'), (3, 'Mail', 'System');
	insert into product_accounts (product_id, account_id) values (2, 7), (1, 7), (2, 8), (3, 8);
	insert into services (account_id, service, usage_types, date_from, date_to, cost) values (7, 'S3', 'a', '2026-01-01', '2026-01-02', 1);
	insert into cost_reports (id, account_id, current_period_cost, previous_period_cost, cost_difference,
		cost_difference_percentage, period_start, period_end, period_granularity)
	values (1, 7, 1, 1, 0, 0, '2026-01-01', '2026-01-02', 'DAILY');
	insert into service_costs (cost_report_id, service_name, cost) values (1, 'S3', 1), (1, 'S3', 2);
	insert into kms_keys (account_id, key_id, description) values (7, 'k', 'older'), (7, 'k', 'newer'), (8, 'k', 'other account');
	insert into config_reports (id, account_id, date_from, date_to) values (1, 7, '2026-01-01', '2026-01-02');
	insert into non_compliant_resources (config_report_id, resource_type, resource_id, compliance_type, rule_name)
	values (1, 't', 'r', 'NON_COMPLIANT', 'rule'), (1, 't', 'r', 'NON_COMPLIANT', 'rule');
	create view view_contact_info as select * from contact_info;
	create view view_kms_keys as select * from kms_keys;
	grant select on view_kms_keys to public`

// build makes a database of the Python version.
func build(t *testing.T, shape migrate.Shape, more string) string {
	t.Helper()
	url := pgtest.EmptyURL(t)
	statements, err := sql.Contract()
	if err != nil {
		t.Fatal(err)
	}
	last := slices.IndexFunc(older, func(v version) bool { return v.shape == shape })
	all := []string{statements}
	for _, o := range older[:last+1] {
		all = append(all, o.undo)
	}
	contact := "id"
	if shape == migrate.PythonV1 {
		contact = "account_id"
	}
	all = append(all, strings.ReplaceAll(content, "CONTACT", contact), more)
	conn := pgtest.Open(t, url)
	for _, text := range all {
		if _, err := conn.Exec(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return url
}

func lines(t *testing.T, url, query string) []string {
	t.Helper()
	rows, err := pgtest.Open(t, url).Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// structure describes schema public without the order of columns, which differs in adopted databases.
const structure = `
	select format('%s.%s %s %s %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
		pg_get_expr(d.adbin, d.adrelid))
	from pg_class c
	join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
	left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
	where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
	union all
	select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
	where connamespace = 'public'::regnamespace
	union all
	select pg_get_indexdef(indexrelid) from pg_index
	where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
	order by 1`

func run(t *testing.T, url string) migrate.Result {
	t.Helper()
	result, err := migrate.Run(t.Context(), url, migrate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAdoptedDatabaseEqualsAFreshOne(t *testing.T) {
	t.Parallel()
	want := lines(t, pgtest.URL(t), structure)
	for _, o := range older {
		t.Run(string(o.shape), func(t *testing.T) {
			t.Parallel()
			url := build(t, o.shape, "")
			if result := run(t, url); result.Found != o.shape || result.Views == 0 {
				t.Errorf("result is %+v", result)
			}
			if diff := cmp.Diff(want, lines(t, url, structure)); diff != "" {
				t.Errorf("structure (-fresh +adopted):\n%s", diff)
			}
			checkContent(t, url)
			if again := run(t, url); again.Found != migrate.Ours || len(again.Migrations) > 0 || again.Views > 0 {
				t.Errorf("the second run did something: %+v", again)
			}
			checkContent(t, url)
		})
	}
}

// checkContent looks for every row of content: the newest of duplicates in its table, the others put aside.
func checkContent(t *testing.T, url string) {
	t.Helper()
	for query, want := range map[string][]string{
		`select account || ' ' || full_name from view_contact_info order by 1`:       {"111111111111 person of one", "222222222222 person of two"},
		`select account || ' ' || full_name from view_alternate_contacts order by 1`: {"111111111111 payer of one", "222222222222 payer of two"},
		`select account || ' ' || account_region from view_accounts order by 1`:      {"111111111111 Global", "222222222222 Global"},
		`select account || ' ' || name || ' ' || owner from view_acct_products order by 1`: {
			"111111111111 Shop Jane", "222222222222 Mail System", "222222222222 Shop Jane"},
		`select service || ' ' || cost::int || ' ' || period_granularity from view_acct_serv`: {"S3 1 DAILY"},
		`select cost::int::text from view_acct_serv_cost`:                                     {"2"},
		`select account || ' ' || description from view_kms_keys order by 1`:                  {"111111111111 newer", "222222222222 other account"},
		`select resource_id || ' ' || status from view_non_compliant_resources`:               {"r OPEN"},
		`select table_name || ' ' || coalesce(content->>'description', content->>'name', '') from view360.superseded_rows order by 1`: {
			"kms_keys older", "non_compliant_resources ", "product_accounts ", "products shop", "service_costs "},
		`select has_table_privilege('pg_monitor', 'view_kms_keys', 'select')::text`: {"true"},
	} {
		if diff := cmp.Diff(want, lines(t, url, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// What the Python version has recorded shows in the coverage from the first day: of each section the newest run, and the
// newest that passed.
func TestAdoptedLogsBecomeOutcomes(t *testing.T) {
	t.Parallel()
	url := build(t, migrate.PythonE, `
		insert into logs (account_id, date_created, account_status, cost_status, security_status, health_status) values
			(7, '2026-01-01 00:00Z', 'Pass', 'Pass', 'Pass', 'Skipped'), (7, '2026-01-02 00:00Z', 'Pass', 'Fail', 'Pass', 'Unknown')`)
	run(t, url)
	want := []string{"account passed", "application passed", "certificatemanager passed", "cloudtrail passed", "config passed", "cost failed 2026-01-01",
		"guardduty passed", "inspector passed", "inventory passed", "kms passed", "resiliencehub passed", "secretsmanager passed", "securityhub passed",
		"trustedadvisor passed", "waf passed"}
	got := lines(t, url, `select concat_ws(' ', service, last_outcome, case when last_outcome = 'failed' then (last_success_at at time zone 'utc')::date end)
		from view360.coverage where account = '111111111111' order by 1`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// TestAdoptionAfterManualUpgrade: the Python version's guide leaves the contact tables without keys, and run twice it
// takes the account away from every contact.
func TestAdoptionAfterManualUpgrade(t *testing.T) {
	t.Parallel()
	url := build(t, migrate.PythonE, `
		drop view view_contact_info;
		alter table contact_info drop column account_id, add account_id integer references accounts (id);
		alter table alternate_contacts drop column account_id, add account_id integer references accounts (id);
		insert into contact_info (account_id, full_name) values (7, 'older'), (7, 'newer');
		alter table non_compliant_resources alter status drop not null, alter status drop default,
			add config_rule_invoked_time timestamptz;
		update non_compliant_resources set status = null`)
	run(t, url)
	got := lines(t, url, "select full_name from view_contact_info")
	if diff := cmp.Diff([]string{"newer"}, got); diff != "" {
		t.Errorf("contacts (-want +got):\n%s", diff)
	}
	got = lines(t, url, "select reason || ': ' || (content->>'full_name') from view360.superseded_rows where table_name ~ 'conta' order by 1")
	want := []string{"no account: payer of one", "no account: payer of two", "no account: person of one",
		"no account: person of two", "same account_id: older"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows put aside (-want +got):\n%s", diff)
	}
}

func TestUnknownDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ url, want string }{
		"other tables":     {withTable(t, "create table invoices (n int)"), "there is no table accounts, but invoices"},
		"a changed column": {build(t, migrate.PythonE, "alter table findings drop column title"), "findings.title is missing instead of text"},
		"a view of others": {build(t, migrate.PythonE, "create view mine as select * from view_kms_keys"), "view mine depends on view view_kms_keys"},
	} {
		t.Run(name, func(t *testing.T) {
			before := lines(t, c.url, structure)
			for _, dryRun := range []bool{true, false} {
				_, err := migrate.Run(t.Context(), c.url, migrate.Options{DryRun: dryRun})
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error is %v, want %q", err, c.want)
				}
			}
			if diff := cmp.Diff(before, lines(t, c.url, structure)); diff != "" {
				t.Errorf("the database was changed (-before +after):\n%s", diff)
			}
		})
	}
}

func withTable(t *testing.T, statement string) string {
	t.Helper()
	url := pgtest.EmptyURL(t)
	if _, err := pgtest.Open(t, url).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	return url
}

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url   string
		shape migrate.Shape
		first string
	}{
		"empty":  {pgtest.EmptyURL(t), migrate.Empty, "0001_account.sql"},
		"python": {build(t, migrate.PythonV1, ""), migrate.PythonV1, "0009_view360.sql"},
		"ours":   {pgtest.URL(t), migrate.Ours, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := lines(t, c.url, structure)
			plan, err := migrate.Run(t.Context(), c.url, migrate.Options{DryRun: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, lines(t, c.url, structure)); diff != "" {
				t.Errorf("the database was changed (-before +after):\n%s", diff)
			}
			done := run(t, c.url)
			if diff := cmp.Diff(plan, done); diff != "" {
				t.Errorf("(-planned +done):\n%s", diff)
			}
			if done.Found != c.shape || (c.first != "" && done.Migrations[0] != c.first) {
				t.Errorf("done is %+v", done)
			}
		})
	}
}

func TestAnyTLSModeThatConnects(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"", "?sslmode=prefer", "?sslmode=allow"} {
		url, _, _ := strings.Cut(pgtest.EmptyURL(t), "?")
		if result := run(t, url+mode); len(result.Migrations) == 0 {
			t.Errorf("%s: nothing was done", mode)
		}
	}
}

func TestRunsWaitForEachOther(t *testing.T) {
	t.Parallel()
	url := pgtest.EmptyURL(t)
	var wg sync.WaitGroup
	applied := make([]int, 3)
	for i := range applied {
		wg.Go(func() {
			result, err := migrate.Run(context.Background(), url, migrate.Options{})
			if err != nil {
				t.Error(err)
			}
			applied[i] = len(result.Migrations)
		})
	}
	wg.Wait()
	slices.Sort(applied)
	if applied[1] != 0 || applied[2] == 0 {
		t.Errorf("numbers of applied migrations are %v, want all of them once", applied)
	}
}

// A deployment that fails after its migrations rolls back to this release.
func TestNewerSchemaIsLeftAlone(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	exec(t, url, "insert into view360.schema_versions (version_id, is_applied) values (9999, true)",
		"update view360.view_sets set hash = 'of a newer release'", "drop view view_kms_keys", "create view public.view_added as select 1")
	before := lines(t, url, structure)
	for _, options := range []migrate.Options{{DryRun: true}, {Roles: true}} {
		result, err := migrate.Run(t.Context(), url, options)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(migrate.Result{Found: migrate.Newer}, result); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(before, lines(t, url, structure)); diff != "" {
		t.Errorf("the database was changed (-before +after):\n%s", diff)
	}
}

func TestViewsOfANewerReleaseAreReplaced(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	exec(t, url, "create view public.view_added as select * from view_kms_keys", "grant select on public.view_added to pg_monitor",
		"update view360.view_sets set hash = 'of a newer release', names = names || '{public.view_added, public.view_gone}'")
	if result := run(t, url); result.Views == 0 {
		t.Error("the views were not created again")
	}
	if got := lines(t, url, "select relname::text from pg_class where relname = 'view_added'"); len(got) > 0 {
		t.Error("the view of the newer release is still there")
	}
}

func TestViewOfAUserStopsReplacement(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	exec(t, url, "create view public.mine as select * from view_kms_keys", "update view360.view_sets set hash = 'of a newer release'")
	_, err := migrate.Run(t.Context(), url, migrate.Options{})
	if err == nil || !strings.Contains(err.Error(), "view mine depends on view view_kms_keys") {
		t.Errorf("error is %v", err)
	}
	lines(t, url, "select key_id from public.mine")
}

// exec runs statements.
func exec(t *testing.T, url string, statements ...string) {
	t.Helper()
	conn := pgtest.Open(t, url)
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func TestReplacedViewsKeepTheirGrants(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	conn := pgtest.Open(t, url)
	for _, statement := range []string{
		"grant select on view_kms_keys to pg_monitor",
		"update view360.view_sets set hash = 'of another release'",
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if result := run(t, url); result.Views == 0 {
		t.Error("the views were not made again")
	}
	got := lines(t, url, "select has_table_privilege('pg_monitor', 'view_kms_keys', 'select')::text")
	if diff := cmp.Diff([]string{"true"}, got); diff != "" {
		t.Errorf("grant (-want +got):\n%s", diff)
	}
}
