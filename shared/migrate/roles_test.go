package migrate_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/migrate"
	"view360/shared/pgtest"
)

func TestRolesHaveOnlyTheirRights(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	for range 2 { // the second run finds the roles
		if _, err := migrate.Run(t.Context(), url, migrate.Options{Roles: true}); err != nil {
			t.Fatal(err)
		}
	}
	conn := pgtest.Open(t, url)
	for _, c := range []struct {
		role, statement string
		allowed         bool
	}{
		{"view360_loader", "insert into products (name, owner) values ('p', 'System')", true},
		{"view360_loader", "update products set name = 'q'", true},
		{"view360_loader", "delete from products", true},
		{"view360_loader", "create temporary table staging (like kms_keys)", true},
		{"view360_loader", `insert into view360.loads (object_key, object_version, table_group, account_id, region,
			snapshot_date, snapshot_interval) values ('k', 'v', 'g', 'a', 'r', '2026-01-01', 'DAILY')`, true},
		{"view360_loader", "drop table products", false},
		{"view360_loader", "create table other (n int)", false},
		{"view360_loader", "truncate products", false},
		{"view360_loader", "delete from view360.schema_versions", false},
		{"view360_dashboard", "select * from view_summary", true},
		{"view360_dashboard", "select * from view360.coverage", true},
		{"view360_dashboard", "select * from accounts", false},
		{"view360_dashboard", "delete from view_products", false},
		{"view360_dashboard", "select * from view_contact_info", false},
		{"view360_dashboard", "select * from view_alternate_contacts", false},
		{"view360_contacts", "select * from view_contact_info, view_alternate_contacts, view_summary", true},
		{"view360_contacts", "select * from contact_info", false},
	} {
		t.Run(c.role+" "+c.statement, func(t *testing.T) {
			if _, err := conn.Exec(t.Context(), "set role "+c.role); err != nil {
				t.Fatal(err)
			}
			_, err := conn.Exec(t.Context(), c.statement)
			var refusal *pgconn.PgError
			refused := errors.As(err, &refusal) && refusal.Code == "42501"
			if err != nil && !refused {
				t.Fatal(err)
			}
			if refused == c.allowed {
				t.Errorf("allowed is %v, want %v", !refused, c.allowed)
			}
		})
	}
}
