package sql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"view360/shared/pgtest"
)

// generated fills a database with 1,000 accounts over 90 days: 5 million rows.
const generated = `
	insert into accounts (account_id, account_name, account_email, account_status, account_arn, joined_method, joined_timestamp, region)
		select lpad(n::text, 12, '0'), 'account ' || n, 'e', 'ACTIVE', 'arn', 'CREATED', '2020-01-01', 'r' from generate_series(1, 1000) n;
	insert into products (name, owner) select 'product ' || n, 'System' from generate_series(1, 50) n;
	insert into product_accounts (product_id, account_id) select p.id, a.id from products p, accounts a where (p.id + a.id) % 33 = 0;
	insert into services (account_id, service, usage_types, date_from, date_to, cost)
		select a.id, 'service ' || s, '', d, d + 1, 1.5 from accounts a, generate_series(1, 20) s, lateral (select date '2026-08-01' + g as d from generate_series(1, 90) g) days;
	insert into cost_reports (account_id, current_period_cost, previous_period_cost, cost_difference, cost_difference_percentage, period_start, period_end, period_granularity)
		select a.id, 30, 29, 1, 3, date '2026-08-01' + g, date '2026-08-02' + g, 'DAILY' from accounts a, generate_series(1, 90) g;
	insert into service_costs (cost_report_id, service_name, cost) select id, 'service ' || s, 1 from cost_reports, generate_series(1, 5) s;
	insert into cost_forecasts (cost_report_id, period_start, period_end, amount) select id, date_trunc('month', period_start), date_trunc('month', period_start) + interval '1 month', 5 from cost_reports;
	insert into ri_sp_daily_savings (account_id, date_from, date_to, reservation_type, subscription_id) select account_id, period_start, period_end, 't', 's' from cost_reports;
	insert into security (account_id, service, total_findings, high_count) select a.id, 'product ' || s, 20, s % 2 from accounts a, generate_series(1, 10) s;
	insert into findings (security_id, finding_id, service, title, severity, status, resource_type, created_at, updated_at) select id, id || '/' || n, 's', 't', 'HIGH', 'NEW', 't', now(), now() from security, generate_series(1, 20) n;
	insert into config_reports (account_id, date_from, date_to, total_rules) select account_id, period_start, period_end, 9 from cost_reports;
	insert into non_compliant_resources (config_report_id, resource_type, resource_id, compliance_type, rule_name) select id, 't', n::text, 'NON_COMPLIANT', 'rule' from config_reports, generate_series(1, 5) n;
	insert into inventory_instances (account_id, instance_id) select a.id, a.id || '-' || n from accounts a, generate_series(1, 20) n;
	insert into inventory_applications (account_id, instance_id, name, version) select account_id, id, 'app ' || n, '1' from inventory_instances, generate_series(1, 50) n;
	insert into inventory_patches (account_id, instance_id, title) select account_id, id, 'patch ' || n from inventory_instances, generate_series(1, 10) n;
	insert into service_resources (account_id, service_name, resource_type, resource_id, state) select a.id, 'EC2', 't' || n % 9, n::text, 'running' from accounts a, generate_series(1, 200) n;
	insert into kms_keys (account_id, key_id) select a.id, n::text from accounts a, generate_series(1, 20) n;
	insert into compute_optimizer (account_id, resource_type, resource_arn, finding) select a.id, 't', n::text, 'Overprovisioned' from accounts a, generate_series(1, 20) n;
	insert into logs (account_id, date_created) select account_id, period_end from cost_reports;
	insert into log_messages (log_id, message) select id, 'message' from logs;
	analyze`

// BenchmarkViews asks every view for its rows by account, and for all rows of one account, as dashboards do.
func BenchmarkViews(b *testing.B) {
	ctx := context.Background()
	conn := pgtest.Conn(b)
	if _, err := conn.Exec(ctx, generated); err != nil {
		b.Fatal(err)
	}
	rows, err := conn.Query(ctx, `
		select table_name::text, max(column_name::text) filter (where column_name in ('account', 'account_full')) is null
		from information_schema.columns where table_schema = 'public' and table_name like 'view\_%' group by 1 order by 1`)
	if err != nil {
		b.Fatal(err)
	}
	type view struct {
		Name      string
		Unlabeled bool
	}
	views, err := pgx.CollectRows(rows, pgx.RowToStructByPos[view])
	if err != nil {
		b.Fatal(err)
	}
	for _, v := range views {
		account := "account"
		if v.Unlabeled {
			account = "account_id"
		}
		// Comparing whole rows makes the server compute every column.
		for name, query := range map[string]string{
			"all":         fmt.Sprintf("select %s, count(*), count(v is null) from %s v group by 1", account, v.Name),
			"one account": fmt.Sprintf("select * from %s where %s = '000000000500'", v.Name, account),
		} {
			b.Run(strings.Join([]string{v.Name, name}, "/"), func(b *testing.B) {
				for b.Loop() {
					if _, err := conn.Exec(ctx, query); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
