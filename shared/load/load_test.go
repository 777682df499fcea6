package load_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/load/loadtest"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// bench is a [loadtest.Bench] with the queries of these tests.
type bench struct{ *loadtest.Bench }

func newBench(t testing.TB) *bench {
	t.Helper()
	return &bench{loadtest.NewBench(t)}
}

func kms(ids ...string) map[string]string {
	var keys []string
	for _, id := range ids {
		id, state, _ := strings.Cut(id, "=")
		keys = append(keys, fmt.Sprintf(`{"key_id":%q,"arn":"arn:%s","key_state":%q,"enabled":true}`, id, id, cmp.Or(state, "Enabled")))
	}
	return map[string]string{"security": `{"kms":[` + strings.Join(keys, ",") + `]}`}
}

func TestLoadingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	f := loadtest.Snapshot{Date: "2026-03-11", Sections: kms("a", "b")}
	if got, want := b.Load(f)["kms_keys"], (load.Counts{Read: 2, Created: 2}); got != want {
		t.Errorf("first load %+v, want %+v", got, want)
	}
	if got, want := b.Load(f)["kms_keys"], (load.Counts{Read: 2, Unchanged: 2}); got != want {
		t.Errorf("second load %+v, want %+v", got, want)
	}
}

func TestOlderSnapshotKeepsNewerState(t *testing.T) { // L24
	t.Parallel()
	b := newBench(t)
	newer := loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: kms("a=Disabled")}
	older := loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: kms("a", "b")}
	older.Sections["service"] = `[{"service":"EC2","usage_types":"Aggregated","date_from":"2026-03-10","date_to":"2026-03-11","cost":1.5}]`
	b.Load(newer)
	b.Load(older)
	b.Want("select key_id, key_state from kms_keys", "a|Disabled")
	b.Want("select service, cost::text from services", "EC2|1.5000000000")
}

func TestOnlyCompleteSectionsDeleteRows(t *testing.T) {
	t.Parallel()
	t.Run("go with a complete section", func(t *testing.T) {
		b := newBench(t)
		b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: kms("a", "b")})
		got := b.Load(loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: kms("b")})["kms_keys"]
		if want := (load.Counts{Read: 1, Unchanged: 1, Deleted: 1}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		b.Want("select key_id from kms_keys", "b")
	})
	t.Run("stay with an incomplete one, and with the first generation's", func(t *testing.T) {
		b := newBench(t)
		b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: kms("a", "b")})
		b.Load(loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Incomplete: true, Sections: kms("b")})
		b.Load(loadtest.Snapshot{Date: "2026-03-13", Sections: kms("b")})
		b.Want("select key_id from kms_keys order by key_id", "a", "b")
	})
	t.Run("of another account and region stay", func(t *testing.T) {
		b := newBench(t)
		b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: kms("a")})
		b.Load(loadtest.Snapshot{Region: "us-east-1", Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: kms("a")})
		b.Load(loadtest.Snapshot{Region: "us-east-1", Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: map[string]string{"security": `{"kms":[]}`}})
		b.Want("select a.Region, k.key_id from kms_keys k join accounts a on a.id = k.account_id", "eu-west-1|a")
	})
}

func TestGranularitiesKeepTheirOwnRows(t *testing.T) { // L27, L28
	t.Parallel()
	b := newBench(t)
	cost := func(amount, granularity string) map[string]string {
		return map[string]string{"cost": fmt.Sprintf(`{"account_id":"111122223333","current_period_cost":%s,"previous_period_cost":0,"cost_difference":0,
			"cost_difference_percentage":0,"top_services":[],"period":{"start":"2026-03-01","end":"2026-03-02","granularity":%q},"forecast":[]}`, amount, granularity)}
	}
	b.Load(loadtest.Snapshot{Date: "2026-03-02", Sections: cost("1", "DAILY")})
	b.Load(loadtest.Snapshot{Date: "2026-03-31", Interval: "MONTHLY", Sections: cost("31", "MONTHLY")})
	b.Load(loadtest.Snapshot{Date: "2026-12-31", Interval: "YEARLY", Sections: cost("365", "YEARLY")})
	b.Want("select period_granularity::text, current_period_cost::text from cost_reports order by 2",
		"DAILY|1.0000000000", "MONTHLY|31.0000000000", "YEARLY|365.0000000000")
}

func TestCommitmentHasOneRowPerDay(t *testing.T) { // L29
	t.Parallel()
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-31", Interval: "MONTHLY", Sections: map[string]string{"ri_sp_savings": `[
		{"subscription_id":"s","reservation_type":"Savings Plan","date_from":"2026-03-01","date_to":"2026-04-01","date":"2026-03-30","net_savings":1},
		{"subscription_id":"s","reservation_type":"Savings Plan","date_from":"2026-03-01","date_to":"2026-04-01","date":"2026-03-31","net_savings":2},
		{"subscription_id":"p","reservation_type":"Savings Plan","date_from":"2026-03-01","date_to":"2026-04-01"}]`}})
	b.Want("select subscription_id, date_from::text, date_to::text, net_savings::text from ri_sp_daily_savings order by 1, 2",
		"p|2026-03-01|2026-04-01|<nil>", "s|2026-03-30|2026-03-31|1.00", "s|2026-03-31|2026-04-01|2.00")
}

func TestApplicationsBelongToTheirInstance(t *testing.T) { // L34
	t.Parallel()
	b := newBench(t)
	got := b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"inventory": `{
		"instances":[{"instance_id":"i-a"},{"instance_id":"i-b"}],
		"applications":[{"instance_id":"i-a","name":"bash","version":"1"},{"instance_id":"i-b","name":"bash","version":"2","install_time":""},{"instance_id":"i-x","name":"bash"}],
		"patches":[{"instance_id":"i-b","title":"p"},{"instance_id":"i-b","title":"p"}]}`}})
	b.Want("select i.instance_id, a.name, a.version from inventory_applications a join inventory_instances i on i.id = a.instance_id order by 1",
		"i-a|bash|1", "i-b|bash|2")
	if c := got["inventory_applications"]; c.Rejected != 1 || c.Created != 2 {
		t.Errorf("applications %+v, want the one of an unknown instance rejected", c)
	}
	if c := got["inventory_patches"]; c.Created != 1 || c.Unchanged != 1 || c.Read != 2 {
		t.Errorf("patches %+v: a repeated patch is one row", c)
	}
	b.Want("select section, item_index, column_name, reason from view360.rejects",
		"inventory.applications|2|instance_id|its row in inventory_instances does not exist")
}

func TestTimesKeepTheirOffset(t *testing.T) { // L36
	t.Parallel()
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"health": `[
		{"arn":"a","start_time":"2026-03-10T10:00:00+08:00","end_time":"2026-03-10T10:00:00+0000"},
		{"arn":"b","start_time":"2026-03-10T10:00:00.123456Z","end_time":""},
		{"arn":"c","start_time":"2026-03-10 10:00:00","end_time":"2026-03-10"}]`}})
	b.Want("select arn, start_time at time zone 'utc', end_time at time zone 'utc' from health_events order by 1",
		"a|2026-03-10 02:00:00 +0000 UTC|2026-03-10 10:00:00 +0000 UTC",
		"b|2026-03-10 10:00:00.123456 +0000 UTC|<nil>", "c|2026-03-10 10:00:00 +0000 UTC|2026-03-10 00:00:00 +0000 UTC")
}

func TestKeysSeparateExactlyDifferentRows(t *testing.T) { // L26
	t.Parallel()
	b := newBench(t)
	shared := map[string]string{
		"service_resources": `[{"service_name":"RDS","resource_type":"DBInstance","resource_id":"prod"},{"service_name":"AutoScaling","resource_type":"AutoScalingGroup","resource_id":"prod"}]`,
		"health":            `[{"arn":"public-event"}]`,
		"security":          `{"cloudtrail":[{"arn":"organisation-trail"}],"waf_rules":[{"web_acl_name":"w","rule_name":"r","priority":1,"scope":"REGIONAL"},{"web_acl_name":"w","rule_name":"r","priority":1,"scope":"CLOUDFRONT"}]}`,
	}
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: shared})
	b.Load(loadtest.Snapshot{Account: "444455556666", Date: "2026-03-11", Sections: shared})
	for table, want := range map[string]string{"service_resources": "4", "health_events": "2", "cloudtrail_logs": "2", "waf_rules_detailed": "4"} {
		b.Want("select count(*) from "+table, want)
	}
}

func TestLoadKeepsProductsEditedByHand(t *testing.T) { // L39, L40
	t.Parallel()
	b := newBench(t)
	f := loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"account": `{"account_id":"111122223333","region":"eu-west-1","product":"alpha, None ,, Beta"}`}}
	if _, err := b.Pool.Exec(t.Context(), "insert into products (name, owner) values ('Alpha', 'Jane')"); err != nil {
		t.Fatal(err)
	}
	b.Load(f)
	f.Date, f.Sections["account"] = "2026-03-12", `{"account_id":"111122223333","region":"eu-west-1","product":"None"}`
	b.Load(f)
	b.Want("select p.name, p.owner from products p join product_accounts l on l.product_id = p.id order by 1", "Alpha|Jane", "Beta|System")
}

func TestPlaceholdersDoNotReplaceRealValues(t *testing.T) { // L42
	t.Parallel()
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"account": `{"account_id":"111122223333","region":"eu-west-1","account_name":"shop","account_email":"a@b.example"}`}})
	b.Load(loadtest.Snapshot{Date: "2026-03-12", Sections: map[string]string{"account": `{"account_id":"111122223333","region":"eu-west-1","account_name":null,"account_email":null}`}})
	b.Want("select account_name, account_email, joined_method from accounts", "shop|a@b.example|CREATED")
}

func TestAlternateContactsKeepTheirPhone(t *testing.T) { // L37
	t.Parallel()
	b := newBench(t)
	account := func(contacts string) map[string]string {
		return map[string]string{"account": `{"account_id":"111122223333","region":"eu-west-1","alternate_contacts":` + contacts + `}`}
	}
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: account(`{"billing":{"name":"B","phone":"+1"},"security":{"name":"S"},"operations":null}`)})
	b.Want("select contact_type, full_name, phone_number from alternate_contacts order by 1", "billing|B|+1", "security|S|<nil>")
	b.Load(loadtest.Snapshot{Date: "2026-03-12", Sections: account(`{"billing":null}`)})
	b.Want("select contact_type, full_name, phone_number from alternate_contacts", "security|S|<nil>")
}

func TestFindingsWithoutProductNameAreCounted(t *testing.T) { // L43
	t.Parallel()
	b := newBench(t)
	finding := func(id, updated, status string) string {
		return fmt.Sprintf(`{"finding_id":%q,"service":"AwsEc2Instance","title":"t","severity":"HIGH","status":%q,"created_at":"2026-01-01T00:00:00Z","updated_at":%q}`, id, status, updated)
	}
	hub := func(findings string) map[string]string {
		return map[string]string{"security": `{"security_hub":[{"findings":[` + findings + `],"service":"GuardDuty","total_findings":2,"severity_counts":null},{"service":null,"findings":[` + finding("lost", "2026-01-02T00:00:00Z", "NEW") + `]}]}`}
	}
	got := b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: hub(finding("f", "2026-03-10T00:00:00Z", "RESOLVED"))})
	if c := got["findings"]; c.Created != 1 || c.Rejected != 1 {
		t.Errorf("findings %+v, want the one of the nameless product rejected", c)
	}
	b.Load(loadtest.Snapshot{Date: "2026-03-12", Sections: hub(finding("f", "2026-03-09T00:00:00Z", "NEW"))})
	b.Want("select f.finding_id, f.status, s.service, s.total_findings from findings f join security s on s.id = f.security_id", "f|RESOLVED|GuardDuty|2")
}

func TestNewerSetReplacesOlderSet(t *testing.T) { // L51
	t.Parallel()
	b := newBench(t)
	evaluation := func(rule, resource string) string {
		return fmt.Sprintf(`{"rule_name":%q,"resource_id":%s,"resource_type":"AWS::S3::Bucket","config_rule_invoked_time":"2026-03-10T01:00:00Z","conformance_pack":"Standalone","compliance_type":"COMPLIANT","evaluation_mode":"DETECTIVE"}`, rule, resource)
	}
	section := func(evaluations ...string) map[string]string {
		return map[string]string{"config": `{"date_from":"2026-03-10","date_to":"2026-03-11","compliance_score":50.0,"non_compliant_resources":[` + strings.Join(evaluations, ",") + `],"total_rules":2,"added_later":1}`}
	}
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: section(evaluation("r", `"a"`), evaluation("r", "null"))}) // L20
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T02:00:00Z", Sections: section(evaluation("r", "null"), evaluation("q", `"a"`))})
	b.Want("select rule_name, resource_id, status from non_compliant_resources order by 1", "q|a|RESOLVED", "r|<nil>|RESOLVED") // W14
	b.Want("select total_rules, compliance_score::text from config_reports", "2|50.00")
}

func TestIncompleteReportDoesNotShrinkASet(t *testing.T) {
	t.Parallel()
	report := func(collected string, incomplete bool, score string, resources ...string) loadtest.Snapshot {
		var rows []string
		for _, r := range resources {
			rows = append(rows, fmt.Sprintf(`{"rule_name":"r","resource_id":%q}`, r))
		}
		return loadtest.Snapshot{Date: "2026-03-11", Collected: collected, Incomplete: incomplete, Sections: map[string]string{
			"config": `{"date_from":"2026-03-10","date_to":"2026-03-11","compliance_score":` + score + `,"non_compliant_resources":[` + strings.Join(rows, ",") + `]}`}}
	}
	whole := report("2026-03-11T01:00:00Z", false, "50", "a", "b")
	partial := report("2026-03-11T02:00:00Z", true, "100", "a")
	for name, files := range map[string][]loadtest.Snapshot{"after": {whole, partial}, "before": {partial, whole}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			for _, f := range files {
				b.Load(f)
			}
			b.Want("select compliance_score::text, resource_id from non_compliant_resources n join config_reports c on c.id = n.config_report_id order by 2", "50.00|a", "50.00|b")
		})
	}
	t.Run("alone", func(t *testing.T) {
		b := newBench(t)
		b.Load(report("2026-03-11T01:00:00Z", true, "100", "a", "b"))
		b.Load(partial)
		b.Want("select resource_id from non_compliant_resources", "a")
	})
}

func TestUnfitValuesAreRecorded(t *testing.T) { // L09
	t.Parallel()
	long := strings.Repeat("é", 300)
	b := newBench(t)
	f := loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{
		"security": `{"guard_duty":[{"id":"g","severity":8.95,"confidence":100,"type":"` + long + `"},{"id":"` + long + `"},{"id":"n","severity":1e400},"no object",{"severity":1}],
			"kms":[{"key_id":"k\u0000ey","enabled":"yes"},{"key_id":"n\u0000ul","arn":"x"}]}`,
		"service_resources": `[{"service_name":"Lambda","resource_type":"Function","resource_id":"f","size_gb":0.125,"instance_count":1.5},
			{"service_name":"ELB","resource_type":"LoadBalancer","resource_id":"l","availability_zone":"eu-central-1a,eu-central-1b,eu-central-1c,eu-central-1d"},
			{"service_name":"EC2","resource_type":"Instance","resource_id":"i","min_size":2147483648},
			{"service_name":"EC2","resource_type":"Instance","resource_id":"j","size_gb":"","creation_date":"0000-00-00"}]`,
		"service": `[{"service":"EC2","date_from":"2026-03-10","date_to":"2026-03-11","cost":12345678901.123456789012345},{"service":"S3","date_from":"2026-03-10","date_to":"2026-03-11","cost":"0.1"},{"service":"RDS","date_from":"2026-03-10","date_to":"2026-03-11","cost":1e-7}]`,
	}}
	results := b.LoadGroups(f.Key(), f.JSON(), b.Handlers())
	tables := map[string]load.Counts{}
	for _, r := range results {
		for name, c := range r.Tables {
			tables[name] = c
			if c.Read != c.Created+c.Updated+c.Unchanged+c.Rejected {
				t.Errorf("%s: %+v does not add up", name, c)
			}
		}
	}
	b.Want("select detector_id, severity::text, confidence::text, char_length(finding_type) from guard_duty_findings", "g|9.0|99.9|255")
	b.Want("select key_id from kms_keys", "nul")
	b.Want("select resource_id, size_gb, instance_count, availability_zone from service_resources order by 1",
		"f|1|2|<nil>", "l|<nil>|<nil>|eu-central-1a,eu-central-1b,eu-central-1c")
	b.Want("select service, cost::text, usage_types from services order by 1", "RDS|0.0000001000|Aggregated", "S3|0.1000000000|Aggregated")
	for name, want := range map[string]int64{"guard_duty_findings": 4, "kms_keys": 1, "service_resources": 2, "services": 1} {
		if tables[name].Rejected != want {
			t.Errorf("%s rejected %d rows, want %d", name, tables[name].Rejected, want)
		}
	}
	b.Want("select column_name, reason from view360.rejects where outcome = 'rejected' and table_name = 'guard_duty_findings' order by item_index",
		"detector_id|has 300 characters, more than 255", "severity|1e400 does not fit numeric(3,1)", "<nil>|the element is not an object", "detector_id|is missing")
}

func TestFailedLoadReturnsAnError(t *testing.T) { // L55
	t.Parallel()
	b := newBench(t)
	indexed := b.Index("data/111122223333/eu-west-1/2026-03-11_DAILY.json", loadtest.Snapshot{Date: "2026-03-11", Sections: kms("a")}.JSON())
	handlers := b.Handlers()
	if _, err := handlers[2].Handle(t.Context(), load.Input{Index: indexed.Index}); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("security without an accounts row: %v, want an invalid error", err)
	}
	b.Want("select state, error is not null from view360.loads", "failed|true")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := handlers[0].Handle(ctx, load.Input{Index: indexed.Index}); err == nil {
		t.Error("a cancelled load succeeds")
	}
	b.Want("select count(*) from accounts", "0")
}

func TestRowsBelongToTheAccountOfTheirFile(t *testing.T) { // L01
	t.Parallel()
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: kms("a")})
	// The collector could not read the Account: the row that is there owns the file.
	b.Load(loadtest.Snapshot{Date: "2026-03-12", Sections: map[string]string{"account": "{}", "security": kms("a=Disabled")["security"]}})
	b.Want("select account_name, key_state from kms_keys k join accounts a on a.id = k.account_id", "shop|Disabled")
	// Of an account that is not known yet nothing is written.
	indexed := b.Index("data/999999999999/eu-west-1/2026-03-12_DAILY.json", loadtest.Snapshot{Account: "999999999999", Sections: map[string]string{"account": "{}"}}.JSON())
	if _, err := b.Handlers()[0].Handle(t.Context(), load.Input{Index: indexed.Index}); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("an unknown account without an account section: %v, want an invalid error", err)
	}
}

func TestLedgerKnowsWhatIsLoaded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	indexed := b.Index("data/111122223333/eu-west-1/2026-03-11_DAILY.json", loadtest.Snapshot{Date: "2026-03-11"}.JSON())
	handler := b.Handlers()[0]
	for i, want := range []bool{false, true} {
		result, err := handler.Handle(t.Context(), load.Input{Index: indexed.Index})
		if err != nil || result.Already != want {
			t.Errorf("load %d says already %t, error %v, want %t", i+1, result.Already, err, want)
		}
	}
	var counters map[string]load.Counts
	if err := json.Unmarshal([]byte(b.Query("select counters::text from view360.loads")[0]), &counters); err != nil {
		t.Fatal(err)
	}
	if counters["accounts"] != (load.Counts{Read: 1, Created: 1}) {
		t.Errorf("the ledger has %+v", counters)
	}
}
