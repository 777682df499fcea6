package sql_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"view360/shared/pgtest"
)

func exec(t *testing.T, conn *pgx.Conn, statement string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// insert adds a row and returns its id.
func insert(t *testing.T, conn *pgx.Conn, statement string, args ...any) int {
	t.Helper()
	var id int
	if err := conn.QueryRow(context.Background(), statement+" returning id", args...).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func insertAccount(t *testing.T, conn *pgx.Conn, id, region string) int {
	t.Helper()
	return insert(t, conn, `
		insert into accounts (account_id, account_name, account_email, account_status, account_arn, joined_method,
			joined_timestamp, region)
		values ($1, 'name', 'a@example.com', 'ACTIVE', 'arn', 'CREATED', '2020-02-03 04:05:06Z', $2)`, id, region)
}

func insertProduct(t *testing.T, conn *pgx.Conn, name string, accounts ...int) int {
	t.Helper()
	id := insert(t, conn, "insert into products (name, owner) values ($1, 'System')", name)
	for _, a := range accounts {
		exec(t, conn, "insert into product_accounts (product_id, account_id) values ($1, $2)", id, a)
	}
	return id
}

func insertCostReport(t *testing.T, conn *pgx.Conn, account int, granularity, start, end, cost string) int {
	t.Helper()
	return insert(t, conn, `
		insert into cost_reports (account_id, current_period_cost, previous_period_cost, cost_difference,
			cost_difference_percentage, period_granularity, period_start, period_end)
		values ($1, $5, 0, 1, 2.34567, $2, $3, $4)`, account, granularity, start, end, cost)
}

func insertService(t *testing.T, conn *pgx.Conn, account int, name, granularity, from, to, cost string) {
	t.Helper()
	exec(t, conn, `
		insert into services (account_id, service, usage_types, period_granularity, date_from, date_to, cost)
		values ($1, $2, '', $3, $4, $5, $6)`, account, name, granularity, from, to, cost)
}

func insertSecurity(t *testing.T, conn *pgx.Conn, account int, service string, total, critical, medium int) {
	t.Helper()
	exec(t, conn, `
		insert into security (account_id, service, total_findings, critical_count, medium_count)
		values ($1, $2, $3, $4, $5)`, account, service, total, critical, medium)
}

// checkRows compares the rows of a query, each column as text and NULL as "NULL", with want: one line for each row,
// columns separated by blanks.
func checkRows(t *testing.T, conn *pgx.Conn, want, text string, args ...any) {
	t.Helper()
	rows, err := conn.Query(context.Background(), text, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var cells []string
		for _, raw := range row.RawValues() {
			if raw == nil {
				cells = append(cells, "NULL")
				continue
			}
			cells = append(cells, string(raw))
		}
		return strings.Join(cells, " "), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, strings.Join(lines, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", text, diff)
	}
}

// openTextConn returns a connection whose query results are text.
func openTextConn(t *testing.T) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestEveryAccountHasItsOwnLatestCost(t *testing.T) { // W01
	t.Parallel()
	conn := openTextConn(t)
	a, b := insertAccount(t, conn, "111111111111", "r"), insertAccount(t, conn, "222222222222", "r")
	insertCostReport(t, conn, a, "MONTHLY", "2026-08-01", "2026-09-01", "10")
	insertCostReport(t, conn, a, "MONTHLY", "2026-09-01", "2026-10-01", "11")
	insertCostReport(t, conn, b, "MONTHLY", "2026-07-01", "2026-08-01", "20")
	insertAccount(t, conn, "333333333333", "r")
	checkRows(t, conn, "11.0000000000\n20.0000000000\n0", "select latest_cost from view_acct_summary order by account")
}

func TestEveryAccountHasItsOwnHealthScore(t *testing.T) { // W02
	t.Parallel()
	conn := openTextConn(t)
	a, b := insertAccount(t, conn, "111111111111", "r"), insertAccount(t, conn, "222222222222", "r")
	insertAccount(t, conn, "333333333333", "r")
	clean := insertAccount(t, conn, "444444444444", "r")
	insertSecurity(t, conn, a, "Security Hub", 2, 1, 1)
	insertSecurity(t, conn, b, "Security Hub", 1, 1, 0)
	insertSecurity(t, conn, b, "Inspector", 1, 0, 1)
	insertSecurity(t, conn, clean, "Security Hub", 0, 0, 0)
	checkRows(t, conn, "2 1 1\n2 1 1\n0 0 NULL\n0 0 5",
		"select security_findings, critical_findings, security_health_score from view_acct_summary order by account")
}

func TestDailyReportsCountWithoutMonthlyOnes(t *testing.T) { // W03
	t.Parallel()
	conn := openTextConn(t)
	a, b := insertAccount(t, conn, "111111111111", "r"), insertAccount(t, conn, "222222222222", "r")
	insertCostReport(t, conn, a, "DAILY", "2026-11-21", "2026-11-22", "421.52")
	insertCostReport(t, conn, b, "DAILY", "2026-11-21", "2026-11-22", "421.52")
	insertCostReport(t, conn, b, "MONTHLY", "2026-10-01", "2026-11-01", "9000")
	checkRows(t, conn, "421.5200000000\n9000.0000000000", "select latest_cost from view_acct_summary order by account")
}

func TestAccountAgeCountsAllDays(t *testing.T) { // W04
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	for _, view := range []string{"view_summary", "view_product_summary"} {
		joined := time.Now().UTC().Add(-(2484*24 + 18) * time.Hour)
		exec(t, conn, "update accounts set joined_timestamp = $1 where id = $2", joined, a)
		checkRows(t, conn, "2484", "select account_age_days from "+view)
	}
}

func TestServiceFiguresCoverThePeriodOfTheReport(t *testing.T) { // W05
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	insertCostReport(t, conn, a, "DAILY", "2026-11-20", "2026-11-21", "70.90")
	insertCostReport(t, conn, a, "DAILY", "2026-11-21", "2026-11-22", "70.90")
	insertCostReport(t, conn, a, "MONTHLY", "2026-10-01", "2026-11-01", "2000")
	insertCostReport(t, conn, a, "WEEKLY", "2026-11-09", "2026-11-16", "500")
	insertService(t, conn, a, "S3", "DAILY", "2026-11-20", "2026-11-21", "70.90")
	insertService(t, conn, a, "S3", "DAILY", "2026-11-21", "2026-11-22", "60.4")
	insertService(t, conn, a, "EC2", "DAILY", "2026-11-21", "2026-11-22", "10.5")
	insertService(t, conn, a, "S3", "MONTHLY", "2026-10-01", "2026-11-01", "2000")
	for _, view := range []string{"view_summary", "view_product_summary"} {
		checkRows(t, conn, "MONTHLY 2000.00 1 1 2000.00 S3\nWEEKLY 500.00 NULL NULL NULL NULL\nDAILY 70.90 2 2 70.90 EC2, S3",
			"select period_granularity, current_period_cost, service_count, unique_services, total_service_cost,"+
				" services_used from "+view+" order by period_granularity")
	}
}

func TestProductsRepeatTheFiguresOfTheAccount(t *testing.T) { // W06
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	insertAccount(t, conn, "222222222222", "r")
	insertProduct(t, conn, "p1", a)
	insertProduct(t, conn, "p2", a)
	insertCostReport(t, conn, a, "DAILY", "2026-11-21", "2026-11-22", "141.80")
	checkRows(t, conn, "p1 141.80 2\np2 141.80 2\nNULL NULL 1",
		"select project_product_name, current_period_cost, products_in_account from view_product_summary order by 1")
}

func TestStatesMatchInAnyCase(t *testing.T) { // W07
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	for _, r := range [][]any{
		{"Lambda", nil}, {"EC2", "running"}, {"AutoScaling", "Active"}, {"EBS", "in-use"}, {"ELB", "active"},
		{"RDS", "failed"}, {"EC2b", "terminated"}, {"VPC", "pending"},
	} {
		exec(t, conn, `insert into service_resources (account_id, service_name, resource_type, resource_id, state)
			values ($1, $2, 't', 'i', $3)`, a, r[0], r[1])
	}
	checkRows(t, conn, `AutoScaling 1 0
EBS 1 0
EC2 1 0
EC2b 0 1
ELB 1 0
Lambda 0 0
RDS 0 1
VPC 0 0`, "select service_name, active_resources, inactive_resources from view_service_resources_summary order by 1")
}

func TestApplicationsHaveTheirDetails(t *testing.T) { // W08
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	i := insert(t, conn, "insert into inventory_instances (account_id, instance_id) values ($1, 'i-1')", a)
	app := insert(t, conn, `
		insert into inventory_applications (account_id, instance_id, name, version, publisher, architecture,
			application_type, install_time)
		values ($1, $2, 'bash', '5.2', 'GNU', 'x86_64', 'shell', '2026-01-02 03:04:05Z')`, a, i)
	exec(t, conn, "set timezone = 'UTC'")
	checkRows(t, conn, "bash i-1 t 5.2 GNU x86_64 shell 2026-01-02 03:04:05+00", `
		select name, ii_instance_id, app_id = $1, version, publisher, architecture, application_type, install_time
		from view_inventory_applications`, app)
}

func TestProductRowsShowTheirOwnProduct(t *testing.T) { // W09
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	insertProduct(t, conn, "p1", a)
	insertProduct(t, conn, "p2", a)
	checkRows(t, conn, "p1 p1\np2 p2", "select name, project_product_name from view_acct_products order by name")
}

func TestAccountsShowTheirRegion(t *testing.T) { // W10
	t.Parallel()
	conn := openTextConn(t)
	insertAccount(t, conn, "111111111111", "eu-west-1")
	checkRows(t, conn, "eu-west-1", "select account_region from view_accounts")
}

func TestLogsShowBothStatuses(t *testing.T) { // W11
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	exec(t, conn, "insert into logs (account_id, account_status) values ($1, 'Fail')", a)
	checkRows(t, conn, "Fail ACTIVE", "select account_status, acct_status from view_acct_logs")
}

func TestReportTiesHaveOneWinner(t *testing.T) { // W12
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	insertCostReport(t, conn, a, "WEEKLY", "2026-11-08", "2026-11-15", "2")
	insertCostReport(t, conn, a, "WEEKLY", "2026-11-01", "2026-11-15", "1")
	for _, region := range []string{"r1", "r2", "r3"} { // the last one has the greatest id
		report := insertCostReport(t, conn, a, "DAILY", "2026-11-14", "2026-11-15", "3")
		exec(t, conn, "update cost_reports set region = $1, current_period_cost = id where id = $2", region, report)
	}
	for _, view := range []string{"view_summary", "view_product_summary"} {
		checkRows(t, conn, "2.00", "select current_period_cost from "+view+" where period_granularity = 'WEEKLY'")
		checkRows(t, conn, "t", "select current_period_cost = (select max(id) from cost_reports) from "+view+
			" where period_granularity = 'DAILY'")
	}
}

func TestNoViewSorts(t *testing.T) { // W13
	t.Parallel()
	conn := openTextConn(t)
	for _, view := range []string{"view_summary", "view_product_summary"} {
		checkRows(t, conn, "f", "select pg_get_viewdef($1::text::regclass) ~ 'ORDER BY [^)]*$'", view)
	}
}

func TestCompliantEvaluationsAreShown(t *testing.T) { // W14
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	report := insert(t, conn, "insert into config_reports (account_id, date_from, date_to) values ($1, '2026-11-21', '2026-11-22')", a)
	exec(t, conn, `
		insert into non_compliant_resources (config_report_id, resource_type, resource_id, compliance_type, rule_name, status)
		values ($1, 't', 'i', 'COMPLIANT', 'rule', 'RESOLVED')`, report)
	checkRows(t, conn, "COMPLIANT RESOLVED", "select compliance_type, status from view_non_compliant_resources")
}

func TestRatesAndLabelsKeepTheirForm(t *testing.T) { // W15
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	exec(t, conn, `
		insert into security (account_id, service, total_findings, resolved_findings, informational_count)
		values ($1, 'Security Hub', 8, 1, 8)`, a)
	checkRows(t, conn, "12.50 INFORMATIONAL Clean",
		"select resolution_rate_percent, severity, risk_level from view_acct_security_findings_summary")
	checkRows(t, conn, "0.1250", "select security_resolution_rate from view_summary")
}

func TestEverySpellingOfNotOptimizedCounts(t *testing.T) { // W16
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	for i, finding := range []any{"OVER_PROVISIONED", "Overprovisioned", "NotOptimized", "OPTIMIZED", "Optimized",
		"Unavailable", nil} {
		exec(t, conn, "insert into compute_optimizer (account_id, resource_type, resource_arn, finding) values ($1, 't', $2, $3)",
			a, string(rune('a'+i)), finding)
	}
	checkRows(t, conn, `NULL 0
NotOptimized 1
OPTIMIZED 0
OVER_PROVISIONED 1
Optimized 0
Overprovisioned 1
Unavailable 0`, `select finding, not_optimized_count from view_compute_optimizer_summary order by finding nulls first`)
}

func TestEachRegionOfAnAccountHasOneRow(t *testing.T) { // W17
	t.Parallel()
	conn := openTextConn(t)
	home := insertAccount(t, conn, "111111111111", "r1")
	insertAccount(t, conn, "111111111111", "r2")
	insertCostReport(t, conn, home, "DAILY", "2026-11-21", "2026-11-22", "421.52")
	checkRows(t, conn, "421.52", "select sum(current_period_cost) from view_summary")
	checkRows(t, conn, "r1 421.52\nr2 NULL", "select account_region, current_period_cost from view_summary order by 1")
}

func TestFirstLinkedProductIsShown(t *testing.T) { // W18
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	insertAccount(t, conn, "222222222222", "r")
	z := insertProduct(t, conn, "z")
	insertProduct(t, conn, "a", insertAccount(t, conn, "333333333333", "r"))
	exec(t, conn, "insert into product_accounts (product_id, account_id) values ($1, $2)", z, a)
	insertProduct(t, conn, "b", a)
	checkRows(t, conn, "z\nNULL\na", "select project_product_name from view_accounts order by account")
}

func TestLatestForecastIsMarked(t *testing.T) { // W19
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	for _, end := range []string{"2026-11-22", "2026-11-21"} {
		report := insertCostReport(t, conn, a, "DAILY", "2026-11-20", end, "1")
		exec(t, conn, "update cost_reports set period_start = period_end - 1 where id = $1", report)
		exec(t, conn, `insert into cost_forecasts (cost_report_id, period_start, period_end, amount)
			values ($1, '2026-11-01', '2026-12-01', 5)`, report)
	}
	checkRows(t, conn, "2026-11-21 f\n2026-11-22 t", "select date_to, is_latest from view_acct_cost_rep_forecast order by 1")
}

func TestJSONColumnsStayJSON(t *testing.T) { // W20
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	exec(t, conn, `insert into waf_rules (account_id, waf_id, name, default_action) values ($1, 'w', 'n', '{"Allow": {}}')`, a)
	checkRows(t, conn, `jsonb {"Allow": {}}`, "select pg_typeof(default_action), default_action from view_waf_rules")
}

func TestRegionsAreCountedSeparately(t *testing.T) { // W21
	t.Parallel()
	conn := openTextConn(t)
	for _, region := range []string{"r1", "r2"} {
		exec(t, conn, `insert into service_resources (account_id, service_name, resource_type, resource_id)
			values ($1, 'EC2', 't', 'i')`, insertAccount(t, conn, "111111111111", region))
	}
	checkRows(t, conn, "r1 1\nr2 1", "select account_region, resource_count from view_service_resources_summary order by 1")
}

// TestRowsWithoutAnAccountAreRefused: views that join the account from the left lose and invent nothing.
func TestRowsWithoutAnAccountAreRefused(t *testing.T) { // W22
	t.Parallel()
	conn := openTextConn(t)
	exec(t, conn, `insert into compute_optimizer (account_id, resource_type, resource_arn, finding)
		values ($1, 'EC2', 'arn', 'Optimized')`, insertAccount(t, conn, "111111111111", "r"))
	checkRows(t, conn, "111111111111 arn", "select account, resource_arn from view_compute_optimizer")
	_, err := conn.Exec(t.Context(), "insert into compute_optimizer (account_id, resource_type, resource_arn) values (0, 't', 'x')")
	if err == nil {
		t.Error("a row without an account was stored")
	}
}

func TestGranularityIsShown(t *testing.T) { // W23
	t.Parallel()
	conn := openTextConn(t)
	a := insertAccount(t, conn, "111111111111", "r")
	for _, granularity := range []string{"DAILY", "MONTHLY", "YEARLY"} {
		insertService(t, conn, a, "S3", granularity, "2026-01-01", "2026-01-02", "1")
		exec(t, conn, `insert into config_reports (account_id, date_from, date_to, period_granularity)
			values ($1, '2026-01-01', '2026-01-02', $2)`, a, granularity)
		insertCostReport(t, conn, a, granularity, "2026-01-01", "2026-01-02", "1")
	}
	for _, view := range []string{"view_acct_serv", "view_config_reports", "view_acct_cost_rep"} {
		checkRows(t, conn, "MONTHLY\nDAILY\nYEARLY", "select period_granularity from "+view+" order by 1")
	}
}
