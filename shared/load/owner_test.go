package load_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
	"view360/shared/outcome"
)

// TestNothingIsLoadedWithoutTheAccountRow checks that no group writes anything if the account section cannot be stored.
func TestNothingIsLoadedWithoutTheAccountRow(t *testing.T) { // L02
	t.Parallel()
	b := newBench(t)
	f := loadtest.Snapshot{Date: "2026-03-11", Sections: buildKMS("a")}
	indexed := b.Index(f.Key(), f.JSON())
	for _, handler := range b.Handlers() {
		if handler.LoadAccountRow != nil {
			handler.LoadAccountRow = func(context.Context, *load.Session) (int32, error) {
				return 0, fault.New(outcome.Invalid, "the account cannot be stored")
			}
		}
		_, err := handler.Handle(t.Context(), load.Input{Index: indexed.Index, Group: handler.Name})
		if fault.StatusOf(err) != outcome.Invalid {
			t.Errorf("group %s: %v, want an invalid error", handler.Name, err)
		}
	}
	b.Want("select count(*) from accounts", "0")
	b.Want("select count(*) from kms_keys", "0")
	b.Want("select distinct state from view360.loads", "failed")
}

// TestRowWithoutKeyPartIsRejected omits each part of each key of each table: the row is rejected, or the part has a default
// (L20), and loading the row again does not double it. Parent tables have their own rounds.
func TestRowWithoutKeyPartIsRejected(t *testing.T) { // L05
	t.Parallel()
	b := newBench(t)
	const mostParts = 5
	for _, parents := range []bool{false, true} {
		for part := range mostParts {
			t.Run(fmt.Sprint("part ", part, ", parents ", parents), func(t *testing.T) { b.checkPartialKeys(t, parents, part) })
		}
	}
}

// checkPartialKeys loads rows of each table without one part of the key, and with null for it, twice.
func (b *bench) checkPartialKeys(t *testing.T, parents bool, part int) {
	s := everything
	s.Account = fmt.Sprintf("%012d", len(b.Query("select 1 from accounts"))+1)
	s.Rows = 2
	s.Edit = func(table load.Table, n int, row map[string]any) {
		if isParent(table) != parents || part >= len(table.Key) {
			return
		}
		for _, c := range table.Columns {
			if member := loadtest.Member(c); c.Name != table.Key[part] {
				continue
			} else if n == 0 {
				row[member] = nil
			} else {
				delete(row, member)
			}
		}
	}
	first := b.LoadText(s.Key(), s.JSON())
	again := b.LoadText(s.Key(), s.JSON()+" ")
	for _, table := range loaders.Tables() {
		one, two := first[table.Name], again[table.Name]
		stored := b.Query("select count(*) from " + b.ofAccountSQL(table, s.Account))[0]
		if one.Created+one.Rejected != one.Read || stored != fmt.Sprint(one.Created) || two.Created+two.Updated > 0 {
			t.Errorf("%s: %+v, again %+v, %s rows stored", table.Name, one, two, stored)
		}
	}
}

func isParent(table load.Table) bool { return table.IsParent || table.Name == "inventory_instances" }

// ofAccountSQL returns the from clause for the table's rows of one account.
func (b *bench) ofAccountSQL(table load.Table, account string) string {
	switch {
	case table.Parent == nil || table.Parent.Account:
		return fmt.Sprintf("%s t join accounts a on a.id = t.account_id where a.account_id = '%s'", table.Name, account)
	default:
		return fmt.Sprintf("%s t join %s p on p.id = t.%s join accounts a on a.id = p.account_id where a.account_id = '%s'", table.Name, table.Parent.Table, table.Parent.Column, account)
	}
}

// TestUnknownMembersAreIgnored adds members to a snapshot, also with the names of columns that no member fills.
func TestUnknownMembersAreIgnored(t *testing.T) { // L06
	t.Parallel()
	b := newBench(t)
	foreign := `"id":500,"created_at":"2000-01-01T00:00:00Z","updated_at":"2000-01-01T00:00:00Z","observed_at":"2099-01-01T00:00:00Z","csp":"other","no_such_column":1,"\"; drop table accounts; --":1`
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{
		"account": `{"account_id":"111122223333","region":"eu-west-1","account_name":"shop",` + foreign + `,"contact_info":{"city":"Bonn","new_field":1,` + foreign + `}}`,
		"config":  `{"date_from":"2026-03-10","date_to":"2026-03-11","new":1,` + foreign + `,"non_compliant_resources":[{"rule_name":"r","resource_id":"a","status":"mine","config_report_id":7,` + foreign + `}]}`,
		"cost": `{"current_period_cost":1,"previous_period_cost":0,"cost_difference":0,"cost_difference_percentage":0,"account_id":"9","new":1,` + foreign + `,
			"period":{"start":"2026-03-10","end":"2026-03-11","granularity":"DAILY"},"top_services":[],"forecast":[]}`,
	}})
	for _, table := range []string{"accounts", "contact_info", "config_reports", "cost_reports", "non_compliant_resources"} {
		b.Want("select count(*), max(id) < 500, max(observed_at) < '2099-01-01' from "+table, "1|true|true")
	}
	b.Want("select csp, created_at > '2020-01-01' from accounts", "AWS|true")
	b.Want("select status from non_compliant_resources", "OPEN")
}

// TestSnapshotCannotClaimRowsOfAnotherAccount loads a snapshot with every id of another account.
func TestSnapshotCannotClaimRowsOfAnotherAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	victim, thief := everything, everything
	b.LoadText(victim.Key(), victim.JSON())
	before := b.readRowsOf(victim.Account)

	thief.Account, thief.Version = "444455556666", 7
	stolen := strings.NewReplacer(thief.Account+" ", victim.Account+" ").Replace(thief.JSON()) // in every id and ARN
	counts := b.LoadText(thief.Key(), stolen)
	if after := b.readRowsOf(victim.Account); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the other account's rows are\n%v\nand were\n%v", after, before)
	}
	for _, name := range []string{"findings", "inspector_findings", "secrets_manager_secrets", "certificates", "inventory_instances", "inventory_applications", "inventory_patches", "resilience_hub_apps", "support_tickets"} {
		if c := counts[name]; c.Rejected != c.Read || c.Read == 0 {
			t.Errorf("%s: %+v, want all rejected", name, c)
		}
	}
	b.Want("select distinct reason from view360.rejects order by 1", "another account has reported it", "its row in inventory_instances does not exist")
	// The other regions of an account may report the same thing.
	sister := victim
	sister.Region = "us-east-1"
	same := strings.ReplaceAll(sister.JSON(), sister.Account+" "+sister.Region, victim.Account+" "+victim.Region)
	for name, c := range b.LoadText(sister.Key(), same) {
		if c.Rejected > 0 {
			t.Errorf("%s of another region of the Account: %+v, want none rejected", name, c)
		}
	}
}

// TestRowOfAnotherAccountArrivingMeanwhileStays has two accounts report one id at the same time; the first one keeps it.
func TestRowOfAnotherAccountArrivingMeanwhileStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := loadtest.Snapshot{Account: "444455556666", Date: "2026-03-11"}
	second := loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"security": `{"inspector":[{"finding_arn":"own"}]}`}}
	b.Load(first)
	b.Load(second)
	tx, err := b.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "insert into inspector_findings (account_id, finding_arn) select id, 'shared' from accounts where account_id = $1", first.Account); err != nil {
		t.Fatal(err)
	}
	second.Date, second.Sections["security"] = "2026-03-12", `{"inspector":[{"finding_arn":"own"},{"finding_arn":"shared","title":"stolen"}]}`
	indexed := b.Index(second.Key(), second.JSON())
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		b.loadGroupsAtOnce(indexed.Index)
	}()
	for b.Query("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")[0] == "0" {
		select {
		case <-loaded:
			t.Fatal("the load did not wait for the other account's row")
		default:
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-loaded
	b.Want("select a.account_id, finding_arn, title from inspector_findings f join accounts a on a.id = f.account_id order by 2", "111122223333|own|<nil>", "444455556666|shared|<nil>")
}

// readRowsOf returns all rows of an account.
func (b *bench) readRowsOf(account string) []string {
	b.Helper()
	var rows []string
	for _, table := range loaders.Tables() {
		for _, row := range b.Query("select to_jsonb(t)::text from " + b.ofAccountSQL(table, account) + " order by t.id") {
			rows = append(rows, table.Name+" "+row)
		}
	}
	return rows
}
