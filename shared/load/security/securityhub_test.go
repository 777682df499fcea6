package security_test

import (
	"fmt"
	"strings"
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

// ofProduct returns a finding with an id that two products use.
func ofProduct(region, product string) string {
	return strings.TrimSuffix(finding("EKS+3.2.9", "2026-03-10T00:00:00Z", "NEW"), "}") + `,"product_arn":"arn:aws:securityhub:` + region + `::product/` + product + `"}`
}

// counted returns a section with one finding and its counters.
func counted(finding string, open int) string {
	return fmt.Sprintf(`{"security_hub":[{"service":"Security Hub","total_findings":1,"open_findings":%d,"findings":[%s]}]}`, open, finding)
}

const closed = "select finding_id, status, closed_at is not null from findings order by 1"

// allOpen returns the snapshot of a day that lists all open findings; one called resolved is resolved.
func allOpen(day int, ids ...string) loadtest.Snapshot {
	var rows []string
	for _, id := range ids {
		status := "NEW"
		if id == "resolved" {
			status = "RESOLVED"
		}
		rows = append(rows, finding(id, "2026-03-01T00:00:00Z", status))
	}
	return open(day, "security_hub", `{"service":"GuardDuty","total_findings":0,"findings":[`+strings.Join(rows, ",")+`]}`)
}

func finding(id, updated, status string) string {
	return fmt.Sprintf(`{"finding_id":%q,"service":"AwsEc2Instance","title":"t","severity":"HIGH","status":%q,"created_at":"2026-01-01T00:00:00Z","updated_at":%q}`, id, status, updated)
}

func TestFindings(t *testing.T) {
	hub := func(finding string) string {
		return `{"security_hub":[{"findings":[` + finding + `],"service":"GuardDuty","total_findings":2,"severity_counts":null}]}`
	}
	inRegion := func(region string, day int, section string) loadtest.Snapshot {
		s := loadtest.Day(day, "security", section)
		s.Region = region
		return s
	}
	moved := []loadtest.Snapshot{inRegion("eu-west-1", 11, counted(finding("f", "2026-03-10T00:00:00Z", "NEW"), 1)), inRegion("us-east-1", 11, `{}`),
		inRegion("eu-west-1", 12, `{}`), inRegion("us-east-1", 12, counted(finding("f", "2026-03-11T00:00:00Z", "RESOLVED"), 0))}
	const openOfRegions = "select a.region, s.total_findings, s.open_findings, (select count(*)::int from findings where security_id = s.id) from security s join accounts a on a.id = s.account_id order by 1"
	loadtest.Run(t, "findings", []loadtest.Case{
		{
			Name:  "finding without a title or a resource is kept",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", hub(`{"finding_id":"f","service":null,"title":null,"severity":"LOW","status":"NEW","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}`))},
			Query: "select finding_id, service, title from findings", Want: []string{"f||"},
		},
		{
			Name: "same id of two products is told",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"security_hub":[{"service":"Prowler","findings":[`+ofProduct("eu-west-1", "prowler/prowler")+`]}]}`),
				loadtest.Day(12, "security", `{"security_hub":[{"service":"Prowler","findings":[`+ofProduct("us-east-1", "prowler/prowler")+`]},{"service":"Bench","findings":[`+ofProduct("us-east-1", "aqua/bench")+`]}]}`)},
			Query: "select product_arn from findings", Want: []string{"arn:aws:securityhub:us-east-1::product/prowler/prowler"}, Counts: load.Counts{Read: 2, Updated: 1, Rejected: 1},
			Rejects: []string{"security.security_hub[1].findings|0|finding_id|another product has reported a finding with this id"},
		},
		{
			Name:  "same id of two products in one file is told",
			Loads: []loadtest.Snapshot{loadtest.Day(12, "security", `{"security_hub":[{"service":"Prowler","findings":[`+ofProduct("us-east-1", "prowler/prowler")+`]},{"service":"Bench","findings":[`+ofProduct("us-east-1", "aqua/bench")+`]}]}`)},
			Query: "select product_arn from findings", Want: []string{"arn:aws:securityhub:us-east-1::product/prowler/prowler"}, Counts: load.Counts{Read: 2, Created: 1, Rejected: 1},
			Rejects: []string{"security.security_hub[1].findings|0|finding_id|another product has reported a finding with this id"},
		},
		{
			Name: "finding of the new Security Hub is the one that Security Hub CSPM had",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "security", `{"security_hub":[{"service":"Prowler","findings":[`+ofProduct("us-east-1", "prowler/prowler")+`]}]}`),
				loadtest.Day(12, "security", strings.ReplaceAll(`{"security_hub":[{"service":"Prowler","findings":[`+ofProduct("us-east-1", "e74c7eec")+`]}]}`, "::product/", "::productv2/"))},
			Query: "select product_arn from findings", Want: []string{"arn:aws:securityhub:us-east-1::productv2/e74c7eec"}, Counts: load.Counts{Read: 1, Updated: 1},
		},
		{Name: "counters do not stay behind a finding that moves", Loads: moved, Query: openOfRegions, Want: []string{"eu-west-1|0|0|0", "us-east-1|1|0|1"}},
		{
			Name: "counters do not stay where a newer finding has moved from", Loads: []loadtest.Snapshot{moved[3], moved[2], moved[1], moved[0]},
			Query: openOfRegions, Want: []string{"eu-west-1|0|0|0", "us-east-1|1|0|1"},
		},
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
		{
			Name:  "finding that the list of all open ones lacks is closed, and keeps its status",
			Loads: []loadtest.Snapshot{allOpen(11, "f", "g", "resolved"), allOpen(12, "g")},
			Query: closed, Want: []string{"f|NEW|true", "g|NEW|false", "resolved|RESOLVED|false"},
		},
		{
			Name:  "finding that is listed again is open again",
			Loads: []loadtest.Snapshot{allOpen(11, "f", "g"), allOpen(12, "g"), allOpen(13, "f", "g")},
			Query: closed, Want: []string{"f|NEW|false", "g|NEW|false"},
		},
		{
			Name:  "older list changes nothing",
			Loads: []loadtest.Snapshot{allOpen(12, "g"), allOpen(11, "f", "g")},
			Query: closed, Want: []string{"f|NEW|true", "g|NEW|false"},
		},
		{
			Name:  "list of what changed closes nothing",
			Loads: []loadtest.Snapshot{allOpen(11, "f", "g"), loadtest.Day(12, "security", hub(finding("g", "2026-03-10T00:00:00Z", "NEW")))},
			Query: closed, Want: []string{"f|NEW|false", "g|NEW|false"},
		},
		{
			Name:  "empty list closes all",
			Loads: []loadtest.Snapshot{allOpen(11, "f", "g"), allOpen(12)},
			Query: closed, Want: []string{"f|NEW|true", "g|NEW|true"},
		},
	})
}
