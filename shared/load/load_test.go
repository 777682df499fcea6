package load_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/loadtest"
	"view360/shared/outcome"
	"view360/shared/pgtest"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	pgtest.RunMain(m)
}

// bench is a [loadtest.Bench] with the queries of these tests.
type bench struct{ *loadtest.Bench }

func newBench(t testing.TB) *bench {
	t.Helper()
	return &bench{loadtest.NewBench(t)}
}

func buildKMS(ids ...string) map[string]string {
	var keys []string
	for _, id := range ids {
		id, state, _ := strings.Cut(id, "=")
		keys = append(keys, fmt.Sprintf(`{"key_id":%q,"arn":"arn:%s","key_state":%q,"enabled":true}`, id, id, cmp.Or(state, "Enabled")))
	}
	return map[string]string{"security": `{"kms":[` + strings.Join(keys, ",") + `]}`}
}

func TestOlderSnapshotKeepsNewerState(t *testing.T) { // L24
	t.Parallel()
	b := newBench(t)
	newer := loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: buildKMS("a=Disabled")}
	older := loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a", "b")}
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
		b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a", "b")})
		got := b.Load(loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: buildKMS("b")})["kms_keys"]
		if want := (load.Counts{Read: 1, Unchanged: 1, Deleted: 1}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		b.Want("select key_id from kms_keys", "b")
	})
	t.Run("stay with an incomplete one, and with the Python version's", func(t *testing.T) {
		b := newBench(t)
		b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a", "b")})
		b.Load(loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Incomplete: true, Sections: buildKMS("b")})
		b.Load(loadtest.Snapshot{Date: "2026-03-13", Sections: buildKMS("b")})
		b.Want("select key_id from kms_keys order by key_id", "a", "b")
	})
	t.Run("of another account and region stay", func(t *testing.T) {
		b := newBench(t)
		b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a")})
		b.Load(loadtest.Snapshot{Region: "us-east-1", Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a")})
		b.Load(loadtest.Snapshot{Region: "us-east-1", Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: map[string]string{"security": `{"kms":[]}`}})
		b.Want("select a.Region, k.key_id from kms_keys k join accounts a on a.id = k.account_id", "eu-west-1|a")
	})
}

func TestKeysSeparateExactlyDifferentRows(t *testing.T) { // L26
	t.Parallel()
	b := newBench(t)
	shared := map[string]string{
		"service_resources": `[{"service_name":"RDS","resource_type":"DBInstance","resource_id":"prod"},{"service_name":"AutoScaling","resource_type":"AutoScalingGroup","resource_id":"prod"}]`,
		"health":            `[{"arn":"public-event"}]`,
		"security":          `{"cloudtrail":[{"arn":"organization-trail"}],"waf_rules":[{"web_acl_name":"w","rule_name":"r","priority":1,"scope":"REGIONAL"},{"web_acl_name":"w","rule_name":"r","priority":1,"scope":"CLOUDFRONT"}]}`,
	}
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: shared})
	b.Load(loadtest.Snapshot{Account: "444455556666", Date: "2026-03-11", Sections: shared})
	for table, want := range map[string]string{"service_resources": "4", "health_events": "2", "cloudtrail_logs": "2", "waf_rules_detailed": "4"} {
		b.Want("select count(*) from "+table, want)
	}
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
	b.Want("select detector_id, severity::text, confidence::text, char_length(finding_type) from guard_duty_findings", "g|9.0|99.9|255", "n|<nil>|<nil>|<nil>")
	b.Want("select key_id, enabled from kms_keys order by 1", "key|<nil>", "nul|true")
	b.Want("select resource_id, size_gb, instance_count, availability_zone from service_resources order by 1",
		"f|1|2|<nil>", "i|<nil>|<nil>|<nil>", "j|<nil>|<nil>|<nil>", "l|<nil>|<nil>|eu-central-1a,eu-central-1b,eu-central-1c")
	b.Want("select service, cost::text, usage_types from services order by 1", "RDS|0.0000001000|Aggregated", "S3|0.1000000000|Aggregated")
	for name, want := range map[string]int64{"guard_duty_findings": 3, "kms_keys": 0, "service_resources": 0, "services": 1} {
		if tables[name].Rejected != want {
			t.Errorf("%s rejected %d rows, want %d", name, tables[name].Rejected, want)
		}
	}
	b.Want("select column_name, reason from view360.rejects where outcome = 'rejected' and table_name = 'guard_duty_findings' order by item_index",
		"detector_id|has 300 characters, more than 255", "<nil>|the element is not an object", "detector_id|is missing")
	b.Want("select column_name, reason from view360.rejects where outcome = 'adapted' and table_name in ('guard_duty_findings', 'kms_keys') and reason not like 'changed%' order by table_name, item_index",
		"severity|1e400 does not fit numeric(3,1)", `enabled|"yes" is neither true nor false`)
}

func TestFailedLoadReturnsAnError(t *testing.T) { // L55
	t.Parallel()
	b := newBench(t)
	indexed := b.Index("data/111122223333/eu-west-1/2026-03-11_DAILY.json", loadtest.Snapshot{Date: "2026-03-11", Sections: buildKMS("a")}.JSON())
	handlers := b.Handlers()
	if _, err := handlers[2].Handle(t.Context(), load.Input{Index: indexed.Index}); fault.StatusOf(err) != outcome.Invalid {
		t.Errorf("security without an accounts row: %v, want an invalid error", err)
	}
	b.Want("select state, error is not null from view360.loads", "failed|true")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := handlers[0].Handle(ctx, load.Input{Index: indexed.Index}); err == nil {
		t.Error("a canceled load succeeds")
	}
	b.Want("select count(*) from accounts", "0")
}

func TestRowsBelongToTheAccountOfTheirFile(t *testing.T) { // L01
	t.Parallel()
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: buildKMS("a")})
	// The collector could not read the account: the stored row owns the snapshot.
	b.Load(loadtest.Snapshot{Date: "2026-03-12", Sections: map[string]string{"account": "{}", "security": buildKMS("a=Disabled")["security"]}})
	b.Want("select account_name, key_state from kms_keys k join accounts a on a.id = k.account_id", "shop|Disabled")
	// Nothing is written for an unknown account.
	indexed := b.Index("data/999999999999/eu-west-1/2026-03-12_DAILY.json", loadtest.Snapshot{Account: "999999999999", Sections: map[string]string{"account": "{}"}}.JSON())
	if _, err := b.Handlers()[0].Handle(t.Context(), load.Input{Index: indexed.Index}); fault.StatusOf(err) != outcome.Invalid {
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
