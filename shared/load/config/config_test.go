package config_test

import (
	"fmt"
	"strings"
	"testing"

	"view360/shared/loadtest"
)

// report returns a config section of 2026-03-10 with a score and evaluations.
func report(score string, evaluations ...string) string {
	return `{"date_from":"2026-03-10","date_to":"2026-03-11","compliance_score":` + score + `,"total_rules":2,"added_later":1,
		"non_compliant_resources":[` + strings.Join(evaluations, ",") + `]}`
}

func evaluation(rule, resource string) string {
	return fmt.Sprintf(`{"rule_name":%q,"resource_id":%s,"resource_type":"AWS::S3::Bucket","config_rule_invoked_time":"2026-03-10T01:00:00Z",
		"conformance_pack":"Standalone","compliance_type":"COMPLIANT","evaluation_mode":"DETECTIVE"}`, rule, resource)
}

// at returns a snapshot of 2026-03-11 that was collected at an hour.
func at(hour int, incomplete bool, report string) loadtest.Snapshot {
	s := loadtest.Day(11, "config", report)
	s.Collected, s.Incomplete = fmt.Sprintf("2026-03-11T%02d:00:00Z", hour), incomplete
	return s
}

func TestConfigReports(t *testing.T) {
	loadtest.Run(t, "config_reports", []loadtest.Case{{
		Name:  "unknown members are ignored",
		Loads: []loadtest.Snapshot{loadtest.Day(11, "config", report("50.0"))},
		Query: "select total_rules, compliance_score::text from config_reports", Want: []string{"2|50.00"},
	}, {
		Name:  "past date that is read again keeps the counters of its day",
		Loads: []loadtest.Snapshot{at(1, false, report("50")), at(2, false, `{"date_from":"2026-03-10","date_to":"2026-03-11","compliance_score":null,"total_rules":null,"curr_compliant":null,"non_compliant_resources":[]}`)},
		Query: "select total_rules, compliance_score::text, curr_compliant from config_reports", Want: []string{"2|50.00|<nil>"},
	}})
}

func TestNonCompliantResources(t *testing.T) {
	a, b := evaluation("r", `"a"`), evaluation("r", `"b"`)
	const scoresAndResources = "select compliance_score::text, resource_id from non_compliant_resources n join config_reports c on c.id = n.config_report_id order by 2"
	loadtest.Run(t, "non_compliant_resources", []loadtest.Case{
		{
			Name:  "newer set replaces older set", // L51; L20: a null in the key
			Loads: []loadtest.Snapshot{at(1, false, report("50", a, evaluation("r", "null"))), at(2, false, report("50", evaluation("r", "null"), evaluation("q", `"a"`)))},
			Query: "select rule_name, resource_id, status from non_compliant_resources order by 1", // W14
			Want:  []string{"q|a|RESOLVED", "r|<nil>|RESOLVED"},
		},
		{
			Name:  "incomplete report after a complete one changes nothing",
			Loads: []loadtest.Snapshot{at(1, false, report("50", a, b)), at(2, true, report("100", a))},
			Query: scoresAndResources, Want: []string{"50.00|a", "50.00|b"},
		},
		{
			Name:  "complete report replaces a later incomplete one",
			Loads: []loadtest.Snapshot{at(2, true, report("100", a)), at(1, false, report("50", a, b))},
			Query: scoresAndResources, Want: []string{"50.00|a", "50.00|b"},
		},
		{
			Name:  "later incomplete report replaces an incomplete one",
			Loads: []loadtest.Snapshot{at(1, true, report("100", a, b)), at(2, true, report("100", a))},
			Query: scoresAndResources, Want: []string{"100.00|a"},
		},
	})
}
