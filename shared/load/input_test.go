package load_test

import (
	"fmt"
	"strings"
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

func TestTextThatPostgreSQLCannotStoreIsAdapted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"security": `{
		"guard_duty":[{"id":"half","title":"x\ud800y"},{"id":"pair","title":"\ud83d\ude00"},{"id":"nul","title":"a\u0000b"},{"id":"escaped","title":"a\\u0000b"},{"id":"tab","title":"a\tb\\n\nc"}],
		"waf":[{"id":"half","default_action":{"a":"\ud800"}},{"id":"nul","default_action":{"a\u0000":"\u0000"}},{"id":"escaped","default_action":{"a":"\\u0000"}},{"id":"huge","default_action":{"a":1e400000}}]}`}})
	b.Want("select detector_id, title from guard_duty_findings order by 1", `escaped|a\u0000b`, "half|x\ufffdy", "nul|ab", "pair|\U0001F600", "tab|a\tb\\n\nc")
	b.Want("select waf_id, default_action::text from waf_rules order by 1", `escaped|{"a": "\\u0000"}`, `half|{"a": "`+"\ufffd"+`"}`, "huge|<nil>", `nul|{"a": ""}`)
	if c := got["guard_duty_findings"]; c.Created != 5 || c.Adapted != 2 {
		t.Errorf("findings %+v, want 5 created and 2 adapted", c)
	}
	b.Want("select reason from view360.rejects where outcome = 'adapted' and column_name = 'default_action' and reason like 'holds%'", "holds the number 1e400000, which cannot be stored")
}

func TestNumbersAtTheEdgeFitOrAreAdapted(t *testing.T) {
	t.Parallel()
	amounts := []string{"0e9999999999", "1e-99999999999", "-0.0", `"1.50"`, `""`, "9999999999.99999999994", "9999999999.99999999995", "1e9999999999", `"NaN"`, `"0x10"`, "0." + strings.Repeat("1", 1_500), "true"}
	var services []string
	for i, amount := range amounts {
		services = append(services, fmt.Sprintf(`{"service":"%02d","date_from":"2026-03-10","date_to":"2026-03-11","cost":1,"utilization":%s}`, i, amount))
	}
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"service": "[" + strings.Join(services, ",") + "]"}})
	b.Want("select service, utilization::text from services order by 1", "00|0.0000000000", "01|0.0000000000", "02|0.0000000000", "03|1.5000000000", "04|<nil>", "05|9999999999.9999999999",
		"06|<nil>", "07|<nil>", "08|<nil>", "09|<nil>", "10|<nil>", "11|<nil>")
	b.Want("select count(*) from view360.rejects where outcome = 'adapted' and column_name = 'utilization'", "6")
}

func TestTimesAtTheEdgeFitOrAreAdapted(t *testing.T) {
	t.Parallel()
	var events []string
	for i, when := range []string{"0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-02-29T00:00:00Z", "2026-03-10T24:00:00Z", "2026-03-10T10:00:00.1234567Z", "1773136800"} {
		events = append(events, fmt.Sprintf(`{"arn":"%d","start_time":%q}`, i, when))
	}
	b := newBench(t)
	got := b.Load(loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"health": "[" + strings.Join(events, ",") + "]"}})
	b.Want("select arn, start_time at time zone 'utc' from health_events order by 1",
		"0|<nil>", "1|<nil>", "2|<nil>", "3|2026-03-11 00:00:00 +0000 UTC", "4|2026-03-10 10:00:00.123457 +0000 UTC", "5|<nil>")
	if c := got["health_events"]; c.Rejected != 0 || c.Adapted != 4 {
		t.Errorf("events %+v, want 4 adapted", c)
	}
}

func TestSectionOfWrongKindLeavesTheOthers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: buildKMS("a")})
	got := b.Load(loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: map[string]string{"service": `"text"`, "health": `{"a":1}`, "config": `[1]`, "cost": "7",
		"security": `{"kms":"text","guard_duty":{"a":1},"waf":[1,null,"x",{"id":"w"}]}`, "inventory": "[]", "service_resources": "null"}})
	if want := (load.Counts{Read: 4, Created: 1, Rejected: 3}); got["waf_rules"] != want {
		t.Errorf("waf_rules %+v, want %+v", got["waf_rules"], want)
	}
	b.Want("select key_id from kms_keys", "a") // the section is complete, but not a list
}

// buildFinding returns the smallest Security Hub finding.
func buildFinding(id string) string {
	return fmt.Sprintf(`{"finding_id":%q,"service":"AwsEc2Instance","title":"t","severity":"LOW","status":"NEW","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}`, id)
}

func TestRepeatedParentsKeepTheirChildren(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	f := loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"security": `{"security_hub":[
		{"service":"A","total_findings":1,"findings":[` + buildFinding("1") + `]},{"service":"A","total_findings":2,"findings":[` + buildFinding("2") + `,` + buildFinding("1") + `,7]}]}`}}
	got := b.Load(f)
	if want := (load.Counts{Read: 4, Created: 2, Unchanged: 1, Rejected: 1}); got["findings"] != want {
		t.Errorf("findings %+v, want %+v", got["findings"], want)
	}
	b.Want("select s.total_findings, f.finding_id from findings f join security s on s.id = f.security_id order by 2", "2|1", "2|2")
	b.Want("select section, item_index from view360.rejects", "security.security_hub[1].findings|2")
}

// TestRepeatedRowsAreOne checks that the last row of each key counts, in every load.
func TestRepeatedRowsAreOne(t *testing.T) {
	t.Parallel()
	for name, patches := range map[string]string{
		"the first differs from the stored row": `{"instance_id":"i","title":"p","state":"Missing"},{"instance_id":"i","title":"p","state":"Installed"}`,
		"and others are equal":                  `{"instance_id":"i","title":"p","state":"Missing"},{"instance_id":"i","title":"q"},{"instance_id":"i","title":"p","state":"Installed"}`,
		"three times":                           `{"instance_id":"i","title":"p","state":"Missing"},{"instance_id":"i","title":"p"},{"instance_id":"i","title":"p","state":"Installed"}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			f := loadtest.Snapshot{Date: "2026-03-11", Sections: map[string]string{"inventory": `{"instances":[{"instance_id":"i"}],"patches":[` + patches + `]}`}}
			b.Load(f)
			f.Date = "2026-03-12"
			again := b.Load(f)["inventory_patches"]
			b.Want("select state from inventory_patches where title = 'p'", "Installed")
			if again.Created+again.Updated+again.Rejected > 0 || again.Read != again.Unchanged {
				t.Errorf("again %+v, want all unchanged", again)
			}
		})
	}
}
