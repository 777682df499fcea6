package dataset

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// seed is an account in two regions with two products, of which the second region has none.
const seed = `
insert into accounts (id, account_id, account_name, account_email, account_status, account_arn, joined_method, joined_timestamp, region, category, customer_name)
values (1, '111122223333', 'shop', 'a', 'ACTIVE', 'arn', 'CREATED', '2020-01-01', 'eu-west-1', null, 'None'),
  (2, '111122223333', 'shop', 'a', 'ACTIVE', 'arn', 'CREATED', '2020-01-01', 'us-east-1', 'Internet', 'Acme');
insert into products (id, name, owner) values (1, 'web', 'o'), (2, 'app', 'o'), (3, 'None', 'o');
insert into product_accounts (product_id, account_id) values (1, 1), (2, 1), (3, 2);
insert into security (id, account_id, service, total_findings, open_findings) values (1, 1, 'Security Hub', 10, 8);
insert into findings (security_id, finding_id, service, title, severity, status, record_state, created_at, updated_at, closed_at)
values (1, 'new', 's', 't', 'CRITICAL', 'NEW', 'ACTIVE', '2026-03-01', '2026-03-01', null), (1, 'told', 's', 't', 'CRITICAL', 'NOTIFIED', 'ACTIVE', '2026-03-01', '2026-03-01', null),
  (1, 'fixed', 's', 't', 'CRITICAL', 'RESOLVED', 'ACTIVE', '2026-03-01', '2026-03-01', null), (1, 'archived', 's', 't', 'CRITICAL', 'NEW', 'ARCHIVED', '2026-03-01', '2026-03-01', null),
  (1, 'closed', 's', 't', 'CRITICAL', 'NEW', 'ACTIVE', '2026-03-01', '2026-03-01', '2026-03-02');
insert into cost_reports (account_id, current_period_cost, previous_period_cost, cost_difference, cost_difference_percentage, period_granularity, period_start, period_end)
values (1, 5, 0, 0, 0, 'DAILY', '2026-03-01', '2026-03-02'), (1, 150, 0, 0, 0, 'MONTHLY', '2026-02-01', '2026-03-01');
insert into cost_reports (account_id, current_period_cost, previous_period_cost, cost_difference, cost_difference_percentage, period_granularity, period_start, period_end, created_at)
values (2, 4, 0, 0, 0, 'DAILY', '2026-03-01', '2026-03-02', '2026-03-02'); -- an earlier load of the same day, in another region
insert into services (account_id, service, date_from, date_to, cost, period_granularity, updated_at)
values (1, 'Amazon S3', '2026-03-01', '2026-03-02', 5, 'DAILY', '2026-03-03'), (2, 'Amazon S3', '2026-03-01', '2026-03-02', 4, 'DAILY', '2026-03-02'),
  (1, 'Amazon S3', '2026-02-01', '2026-03-01', 150, 'MONTHLY', '2026-03-03');
insert into config_reports (id, account_id, date_from, date_to, period_granularity)
values (1, 1, '2026-03-01', '2026-03-02', 'DAILY'), (2, 1, '2026-03-02', '2026-03-03', 'DAILY');
insert into non_compliant_resources (config_report_id, resource_type, resource_id, compliance_type, rule_name)
values (1, 't', 'open', 'NON_COMPLIANT', 'r'), (2, 't', 'open', 'NON_COMPLIANT', 'r'), (1, 't', 'fixed', 'NON_COMPLIANT', 'r'),
  (2, 't', 'fixed', 'COMPLIANT', 'r'), (1, 't', 'untouched', 'NON_COMPLIANT', 'r'), (2, 't', 'fine', 'COMPLIANT', 'r');
insert into inventory_instances (account_id, instance_id, ping_status) values (1, 'i-1', 'Online'), (1, 'i-2', 'ConnectionLost'), (1, 'i-3', null);
insert into service_resources (account_id, service_name, resource_type, resource_id, availability_zone)
values (1, 'RDS', 'db', 'x', 'eu-west-1b, eu-west-1a'), (1, 'S3', 'bucket', 'x', null), (2, 'S3', 'bucket', 'x', 'Generic');`

func TestQueriesCorrectTheFigures(t *testing.T) {
	t.Parallel()
	conn := asDashboard(t)
	if _, err := conn.Exec(t.Context(), "reset role; "+seed); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, set, columns, want string }{
		{"Q2: a missing label is a value to filter by", "view_accounts", "account_region, project_product_name, account_category, account_customer", "eu-west-1 web not set not set\nus-east-1 not set Internet Acme"},
		{"Q3: accounts, not their regions", "view_accounts", "count(distinct account)", "1"},
		{"Q5: products share the figures of the account", "view_product_summary", "sum(open_findings_share)", "8.0000"},
		{"critical findings are those of view360.open_findings", "view_acct_security_findings_details",
			"sum(is_open), (select count(*) from view360.open_findings where severity = 'CRITICAL')", "2 2"},
		{"Q5: granularities do not multiply", "view_product_summary", "count(*)", "3"},
		{"Q8: what is not compliant now", "view_non_compliant_resources", "resource_id", "open\nuntouched"},
		{"Q10: every state that is not online", "view_inventory_instances", "instance_id, connection", "i-1 ONLINE\ni-2 CONNECTIONLOST\ni-3 OFFLINE"},
		{"Q9: resources of different accounts and regions are different", "view_service_resources", "count(distinct resource)", "3"},
		{"zones", "view_service_resources", "zone", "eu-west-1b\nregional\nregional"},
		{"what is in no zone is not counted", "view_service_resources", "count(distinct known_zone)", "1"},
		{"Q10: not online", "view_inventory_instances", "sum(not_online)", "2"},
		{"Q11: None is not a product", "view_accounts", "count(distinct product)", "1"},
		{"months are not added to days", "view_acct_cost_rep", "sum(current_period_cost) = (select sum(cost) from view360.daily_costs), sum(current_period_cost)", "t 5.0000000000"},
		{"the same money of services", "view_acct_serv", "sum(cost) = (select sum(cost) from view360.daily_service_costs), sum(cost) = 5", "t t"},
		{"the newest compliance report", "view_config_reports", "id, is_latest", "1 0\n2 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, _ := Lookup(test.set)
			if got := table(t, conn, "select "+test.columns+" from ("+s.SQL()+") q order by 1"); got != test.want {
				t.Error(cmp.Diff(test.want, got))
			}
		})
	}
}

// table is the result of a query as text: one line for each row.
func table(t *testing.T, conn *pgx.Conn, query string) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var cells []string
		for _, raw := range row.RawValues() {
			cells = append(cells, string(raw))
		}
		return strings.Join(cells, " "), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
