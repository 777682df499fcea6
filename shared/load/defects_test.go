package load_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"view360/shared/load"
	"view360/shared/load/loadtest"
	"view360/shared/loaders"
)

// defect is what the first generation got wrong: the files that show it, and what is right.
type defect struct {
	name  string
	files []loadtest.Snapshot
	query string
	want  []string
}

func section(key, value string) loadtest.Snapshot {
	return loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{key: value}}
}

const savingsOfADay = `{"subscription_id":"s","reservation_type":"Savings Plan","date_from":%q,"date_to":"2026-03-11","net_savings":%d}`

var defects = []defect{
	{
		"a null is not taken for true", // L19
		[]loadtest.Snapshot{section("security", `{"kms":[{"key_id":"false","enabled":false},{"key_id":"null","enabled":null},{"key_id":"true","enabled":true}]}`)},
		"select key_id, enabled from kms_keys order by 1", []string{"false|false", "null|<nil>", "true|true"},
	},
	{
		"missing parts of keys do not double rows", // L20
		[]loadtest.Snapshot{section("service", `[{"service":"EC2","usage_types":null,"date_from":"2026-03-10","date_to":"2026-03-11","cost":1}]`),
			{Date: "2026-03-12", Sections: section("service", `[{"service":"EC2","date_from":"2026-03-10","date_to":"2026-03-11","cost":2}]`).Sections}},
		"select usage_types, cost::text from services", []string{"Aggregated|2.0000000000"},
	},
	{
		"the name of a service is among its attributes", // L20
		[]loadtest.Snapshot{section("application", `[{"service_name":null,"key_attributes":{"Name":"shop","Type":"Service"}},{"service_name":"given","key_attributes":{"Name":"other"}},{"key_attributes":{}}]`)},
		"select service_name, key_attributes->>'Type' from application_signals order by 1", []string{"given|<nil>", "shop|Service"},
	},
	{
		"another start of the same day is the same row", // L25
		[]loadtest.Snapshot{section("ri_sp_savings", "["+fmt.Sprintf(savingsOfADay, "2026-03-10", 1)+"]"),
			{Date: "2026-03-12", Sections: section("ri_sp_savings", "["+fmt.Sprintf(savingsOfADay, "2026-03-09", 2)+"]").Sections}},
		"select date_from::text, net_savings::text from ri_sp_daily_savings", []string{"2026-03-09|2.00"},
	},
	{
		"times of a GuardDuty finding are its own", // L35
		[]loadtest.Snapshot{section("security", `{"guard_duty":[{"id":"f","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-03T03:04:05.5+01:00"}]}`)},
		"select detector_id, created_at at time zone 'utc', updated_at at time zone 'utc' from guard_duty_findings",
		[]string{"f|2026-01-02 03:04:05 +0000 UTC|2026-01-03 02:04:05.5 +0000 UTC"},
	},
	{
		"a contact that is gone goes, an unknown one stays", // L41
		[]loadtest.Snapshot{
			{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: accountSection(`"contact_info":{"city":"Bonn"},"alternate_contacts":{"billing":{"name":"B"},"security":{"name":"S"}}`)},
			{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: accountSection(`"contact_info":{"city":null},"alternate_contacts":{"billing":null}`)}},
		"select contact_type from alternate_contacts union all select city from contact_info", []string{"security"},
	},
	{
		"empty times are none", // L44
		[]loadtest.Snapshot{section("inventory", `{"instances":[{"instance_id":"i","last_ping_date_time":""}],"applications":[{"instance_id":"i","name":"bash","install_time":""}]}`)},
		"select name, a.install_time, i.last_ping_date_time from inventory_applications a join inventory_instances i on i.id = a.instance_id", []string{"bash|<nil>|<nil>"},
	},
	{
		"what is too long or too large is adapted", // L45
		[]loadtest.Snapshot{section("service_resources", `[{"service_name":"ELB","resource_type":"LoadBalancer","resource_id":"l","availability_zone":"eu-central-1a,eu-central-1b,eu-central-1c,eu-central-1d,eu-central-1e,eu-central-1f"}]`)},
		"select availability_zone, (select count(*) from view360.rejects where outcome = 'adapted') from service_resources", []string{"eu-central-1a,eu-central-1b,eu-central-1c|1"},
	},
	{
		"a fraction of a size is at least one", // L46
		[]loadtest.Snapshot{section("service_resources", `[{"service_name":"Lambda","resource_type":"Function","resource_id":"f","size_gb":0.125},{"service_name":"Lambda","resource_type":"Function","resource_id":"g","size_gb":0},{"service_name":"Lambda","resource_type":"Function","resource_id":"h","size_gb":2.5}]`)},
		"select resource_id, size_gb from service_resources order by 1", []string{"f|1", "g|0", "h|3"},
	},
	{
		"one malformed product leaves the others alone", // L47
		[]loadtest.Snapshot{section("security", `{"security_hub":[{"service":"A","severity_counts":null},7,{"service":"B","severity_counts":"x"}],"kms":[{"key_id":"k"}]}`)},
		"select service from security union all select key_id from kms_keys order by 1", []string{"A", "B", "k"},
	},
	{
		"lists and actions keep the form that dashboards search", // L48
		[]loadtest.Snapshot{section("security", `{"waf":[{"id":"w","blocked_countries":["US","CN","Å"]},{"id":"e","blocked_countries":[]}],"waf_rules":[{"web_acl_name":"w","rule_name":"r","priority":1,"action":{"Block":{}}}]}`)},
		"select blocked_countries from waf_rules union all select action from waf_rules_detailed order by 1", []string{`["US", "CN", "\u00c5"]`, "[]", `{"Block": {}}`},
	},
	{
		"counters are those of the last day that has any", // L49
		[]loadtest.Snapshot{section("security", `{"security_hub":[{"service":"A","total_findings":5},{"service":"B","total_findings":3}]}`),
			{Date: "2026-03-12", Sections: section("security", `{"security_hub":[{"service":"A","total_findings":1}]}`).Sections}},
		"select service, total_findings from security order by 1", []string{"A|1", "B|3"},
	},
	{
		"amounts keep every digit", // L52
		[]loadtest.Snapshot{section("service", `[{"service":"a","date_from":"2026-03-10","date_to":"2026-03-11","cost":1234567890.0123456789},{"service":"b","date_from":"2026-03-10","date_to":"2026-03-11","cost":"0.0000000001"},{"service":"c","date_from":"2026-03-10","date_to":"2026-03-11","cost":0.00000000005}]`)},
		"select cost::text from services order by service", []string{"1234567890.0123456789", "0.0000000001", "0.0000000001"},
	},
	{
		"a row without a value that it needs is rejected and recorded", // L53
		[]loadtest.Snapshot{section("service", `[{"service":"EC2","date_from":"2026-03-10","date_to":"2026-03-11"},{"service":"S3","date_from":"2026-03-10","date_to":"2026-03-11","cost":1}]`)},
		"select section, item_index, column_name, reason from view360.rejects", []string{"service|0|cost|is missing"},
	},
}

func TestDefectsOfThePythonVersionAreAvoided(t *testing.T) {
	t.Parallel()
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			for _, f := range d.files {
				b.Load(f)
			}
			b.Want(d.query, d.want...)
		})
	}
}

// TestUpdatedAtMovesOnlyWithAChange: updated_at of the tables that have one of their own.
func TestUpdatedAtMovesOnlyWithAChange(t *testing.T) { // L23
	t.Parallel()
	b := newBench(t)
	touched := []string{"accounts", "contact_info", "alternate_contacts"}
	for _, table := range loaders.Tables() {
		if table.HasUpdatedAt {
			touched = append(touched, table.Name)
		}
	}
	s := everything
	at := func(day int, version int) {
		s.Version = version
		s.Collected = time.Date(2026, 3, day, 1, 0, 0, 0, time.UTC).Format(time.RFC3339)
		b.LoadText(s.Key(), s.JSON())
	}
	at(11, 0)
	for _, table := range touched {
		b.Exec("update " + table + " set updated_at = '2000-01-01'")
	}
	at(12, 0)
	for _, table := range touched {
		b.Want("select count(*) from "+table+" where updated_at <> '2000-01-01'", "0")
	}
	at(13, 1)
	for _, table := range touched {
		if table == "alternate_contacts" { // the same in each version
			continue
		}
		if b.Query("select count(*) from " + table + " where updated_at = '2000-01-01'")[0] != "0" {
			t.Errorf("%s: a changed row keeps its updated_at", table)
		}
	}
}

// TestVanishedResourcesAreDeleted: of each current-state table, what a later complete snapshot does not list; nothing of the
// other tables. Rows that went with the row they belonged to are counted as well.
func TestVanishedResourcesAreDeleted(t *testing.T) { // L50
	t.Parallel()
	b := newBench(t)
	s := everything
	before := b.LoadText(s.Key(), s.JSON())
	s.Rows, s.Date, s.Collected = 1, "2026-03-12", "2026-03-12T01:00:00Z"
	after := b.LoadText(s.Key(), s.JSON())
	for _, table := range loaders.Tables() {
		want := before[table.Name].Created
		if table.Nature == load.CurrentState || table.ReplaceSet {
			want = 1
		}
		b.Want("select count(*) from "+table.Name, fmt.Sprint(want))
		if got := after[table.Name].Deleted; got != before[table.Name].Created-want {
			t.Errorf("%s: %d deleted, want %d", table.Name, got, before[table.Name].Created-want)
		}
	}
}

// TestTableGroupLoadsInOneTransaction: when the last table of a group fails the first ones are empty; an error is never
// taken for a row that is not there.
func TestTableGroupLoadsInOneTransaction(t *testing.T) { // L14, L21
	t.Parallel()
	b := newBench(t)
	indexed := b.Index(everything.Key(), everything.JSON())
	handlers := b.Handlers()
	if _, err := handlers[0].Handle(t.Context(), load.Input{Index: indexed.Index, Group: "account"}); err != nil {
		t.Fatal(err)
	}
	for _, handler := range handlers[1:] {
		last := handler.Tables[len(handler.Tables)-1].Name
		b.Exec("alter table " + last + " rename to hidden")
		_, err := handler.Handle(t.Context(), load.Input{Index: indexed.Index, Group: handler.Name})
		if err == nil || !strings.Contains(err.Error(), last) {
			t.Errorf("group %s without table %s: %v, want an error that names it", handler.Name, last, err)
		}
		for _, table := range handler.Tables[:len(handler.Tables)-1] {
			b.Want("select count(*) from "+table.Name, "0")
		}
		b.Exec("alter table hidden rename to " + last)
	}
	b.Want("select count(*), count(error) from view360.loads where state = 'failed'", "6|6")
}
