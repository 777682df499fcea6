package security_test

import (
	"fmt"
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

const weekly = `{"finding_id":"f","service":"S","title":"t","severity":"LOW","status":"NEW","created_at":"2026-03-10T00:00:00Z","updated_at":"2026-03-10T00:00:00Z"}`

func TestSecurity(t *testing.T) {
	loadtest.Run(t, "security", []loadtest.Case{
		{
			Name: "week has no counters of a day, and its findings load",
			Loads: []loadtest.Snapshot{
				loadtest.Day(9, "security", `{"security_hub":[{"service":"A","total_findings":5}]}`),
				{Date: "2026-03-15", Interval: "WEEKLY", Collected: "2026-03-16T04:00:00Z", Sections: map[string]string{"security": `{"security_hub":[
					{"service":"A","total_findings":50,"findings":[` + weekly + `]},{"service":"B","total_findings":7}]}`}},
			},
			Query: "select service, total_findings, (select count(*)::int from findings where security_id = s.id) from security s order by 1",
			Want:  []string{"A|5|1", "B|0|0"},
		},
		{
			Name:  "malformed product leaves the others", // L47
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"security_hub":[{"service":"A","severity_counts":null},7,{"service":"B","severity_counts":"x"}],"kms":[{"key_id":"k"}]}`)},
			Query: "select service from security union all select key_id from kms_keys order by 1", Want: []string{"A", "B", "k"},
		},
		{
			Name: "counters are those of the last day with any", // L49
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"security_hub":[{"service":"A","total_findings":5},{"service":"B","total_findings":3}]}`),
				loadtest.Day(12, "security", `{"security_hub":[{"service":"A","total_findings":1}]}`)},
			Query: "select service, total_findings from security order by 1", Want: []string{"A|1", "B|3"},
		},
	})
}

func finding(id, updated, status string) string {
	return fmt.Sprintf(`{"finding_id":%q,"service":"AwsEc2Instance","title":"t","severity":"HIGH","status":%q,"created_at":"2026-01-01T00:00:00Z","updated_at":%q}`, id, status, updated)
}

func TestFindings(t *testing.T) {
	hub := func(finding string) string {
		return `{"security_hub":[{"findings":[` + finding + `],"service":"GuardDuty","total_findings":2,"severity_counts":null}]}`
	}
	loadtest.Run(t, "findings", []loadtest.Case{
		{
			Name: "findings of a product without a name are rejected and counted", // L43
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"security_hub":[{"service":"GuardDuty","findings":[`+finding("f", "2026-01-02T00:00:00Z", "NEW")+`]},
				{"service":null,"findings":[`+finding("lost", "2026-01-02T00:00:00Z", "NEW")+`]}]}`)},
			Query: "select finding_id from findings", Want: []string{"f"}, Counts: load.Counts{Read: 2, Created: 1, Rejected: 1},
		},
		{
			Name:  "later updated_at wins over a later snapshot",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", hub(finding("f", "2026-03-10T00:00:00Z", "RESOLVED"))), loadtest.Day(12, "security", hub(finding("f", "2026-03-09T00:00:00Z", "NEW")))},
			Query: "select f.finding_id, f.status, s.service, s.total_findings from findings f join security s on s.id = f.security_id", Want: []string{"f|RESOLVED|GuardDuty|2"},
		},
	})
}
