package security_test

import (
	"strings"
	"testing"

	"view360/shared/loadtest"
)

func TestKMSKeys(t *testing.T) {
	loadtest.Run(t, "kms_keys", []loadtest.Case{{
		Name:  "null is not true", // L19
		Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"kms":[{"key_id":"false","enabled":false},{"key_id":"null","enabled":null},{"key_id":"true","enabled":true}]}`)},
		Query: "select key_id, enabled from kms_keys order by 1", Want: []string{"false|false", "null|<nil>", "true|true"},
	}})
}

func TestGuardDutyFindings(t *testing.T) {
	finding := func(updated, title string) string {
		return `{"guard_duty":[{"id":"f","created_at":"2026-01-02T03:04:05Z","updated_at":"` + updated + `","title":"` + title + `"}]}`
	}
	loadtest.Run(t, "guard_duty_findings", []loadtest.Case{
		{
			Name:  "times are those of the finding", // L35
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", finding("2026-01-03T03:04:05.5+01:00", "t"))},
			Query: "select detector_id, created_at at time zone 'utc', updated_at at time zone 'utc' from guard_duty_findings",
			Want:  []string{"f|2026-01-02 03:04:05 +0000 UTC|2026-01-03 02:04:05.5 +0000 UTC"},
		},
		{
			Name:  "later updated_at wins over a later snapshot",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", finding("2026-01-03T00:00:00Z", "new")), loadtest.Day(12, "security", finding("2026-01-02T00:00:00Z", "old"))},
			Query: "select title from guard_duty_findings", Want: []string{"new"},
		},
		{
			Name:  "finding that the list of all open ones lacks is closed",
			Loads: []loadtest.Snapshot{open(11, "guard_duty", `{"id":"a"}`, `{"id":"b"}`, `{"id":"c","archived":true}`), open(12, "guard_duty", `{"id":"a"}`)},
			Query: "select detector_id, closed_at::text from guard_duty_findings order by 1", Want: []string{"a|<nil>", "b|2026-03-12 01:00:00+00", "c|<nil>"},
		},
	})
}

func TestWAFRules(t *testing.T) {
	loadtest.Run(t, "waf_rules", []loadtest.Case{{
		Name:  "lists keep the form that dashboards search for", // L48
		Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"waf":[{"id":"w","blocked_countries":["US","CN","Å"]},{"id":"e","blocked_countries":[]}]}`)},
		Query: "select blocked_countries from waf_rules order by 1", Want: []string{`["US", "CN", "\u00c5"]`, "[]"},
	}})
}

func TestWAFRulesDetailed(t *testing.T) {
	loadtest.Run(t, "waf_rules_detailed", []loadtest.Case{{
		Name:  "actions keep the form that dashboards search for", // L48
		Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"waf_rules":[{"web_acl_name":"w","rule_name":"r","priority":1,"action":{"Block":{}}}]}`)},
		Query: "select action from waf_rules_detailed", Want: []string{`{"Block": {}}`},
	}})
}

func TestCloudTrailLogs(t *testing.T) { loadtest.Run(t, "cloudtrail_logs", nil) }

func TestSecrets(t *testing.T) { loadtest.Run(t, "secrets_manager_secrets", nil) }

func TestCertificates(t *testing.T) { loadtest.Run(t, "certificates", nil) }

func TestInspectorFindings(t *testing.T) { loadtest.Run(t, "inspector_findings", nil) }

// open returns the snapshot of a day that lists all open findings of a service.
func open(day int, section string, findings ...string) loadtest.Snapshot {
	s := loadtest.Day(day, "security", `{"`+section+`":[`+strings.Join(findings, ",")+`]}`)
	s.AllOpen = true
	return s
}
