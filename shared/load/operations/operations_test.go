package operations_test

import (
	"fmt"
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

func TestTrustedAdvisorChecks(t *testing.T) { loadtest.Run(t, "trusted_advisor_checks", nil) }

func TestResilienceHubApps(t *testing.T) { loadtest.Run(t, "resilience_hub_apps", nil) }

func TestHealthEvents(t *testing.T) {
	loadtest.Run(t, "health_events", []loadtest.Case{{
		Name: "times keep their offset", // L36
		Loads: []loadtest.Snapshot{loadtest.Day(11, "health", `[
			{"arn":"a","start_time":"2026-03-10T10:00:00+08:00","end_time":"2026-03-10T10:00:00+0000"},
			{"arn":"b","start_time":"2026-03-10T10:00:00.123456Z","end_time":""},
			{"arn":"c","start_time":"2026-03-10 10:00:00","end_time":"2026-03-10"}]`)},
		Query: "select arn, start_time at time zone 'utc', end_time at time zone 'utc' from health_events order by 1",
		Want: []string{"a|2026-03-10 02:00:00 +0000 UTC|2026-03-10 10:00:00 +0000 UTC",
			"b|2026-03-10 10:00:00.123456 +0000 UTC|<nil>", "c|2026-03-10 10:00:00 +0000 UTC|2026-03-10 00:00:00 +0000 UTC"},
	}})
}

func TestApplicationSignals(t *testing.T) {
	loadtest.Run(t, "application_signals", []loadtest.Case{{
		Name: "service without a name takes it from its attributes", // L20
		Loads: []loadtest.Snapshot{loadtest.Day(11, "application", `[{"service_name":null,"key_attributes":{"Name":"shop","Type":"Service"}},
			{"service_name":"given","key_attributes":{"Name":"other"}},{"key_attributes":{}}]`)},
		Query: "select service_name, key_attributes->>'Type' from application_signals order by 1", Want: []string{"given|<nil>", "shop|Service"},
		Counts: load.Counts{Read: 3, Created: 2, Rejected: 1},
	}})
}

func TestSupportTickets(t *testing.T) {
	ticket := func(id, more string) string {
		return fmt.Sprintf(`{"case_id":%q,"display_id":"1","subject":"s","status":"open","severity_code":"low","category_code":"x","time_created":"2026-03-10T01:02:03Z"%s}`, id, more)
	}
	loadtest.Run(t, "support_tickets", []loadtest.Case{{
		Name: "tickets load from both forms", // L38
		Loads: []loadtest.Snapshot{
			loadtest.Day(11, "support_tickets", `{"date_from":"2026-03-10","tickets":[`+ticket("a", "")+`,`+ticket("b", `,"date_from":"2026-03-01"`)+`],"date_to":"2026-03-11","total":2}`),
			loadtest.Day(12, "support_tickets", `[`+ticket("c", `,"date_from":"2026-03-11","date_to":"2026-03-12"`)+`,`+ticket("d", "")+`]`),
		},
		Query:   "select case_id, date_from::text, date_to::text, language from support_tickets order by 1",
		Want:    []string{"a|2026-03-10|2026-03-11|en", "b|2026-03-01|2026-03-11|en", "c|2026-03-11|2026-03-12|en"},
		Rejects: []string{"support_tickets|1|date_from|is missing", "support_tickets|1|date_to|is missing"},
	}, {
		Name: "ticket without a category loads, and its time without a zone is UTC",
		Loads: []loadtest.Snapshot{loadtest.Day(11, "support_tickets", `[{"case_id":"e","display_id":"1","subject":"s","status":"open","severity_code":"low",
			"category_code":null,"time_created":"2026-03-10T01:02:03","date_from":"2026-03-10","date_to":"2026-03-11"}]`)},
		Query: "select case_id, category_code, time_created at time zone 'utc' from support_tickets", Want: []string{"e||2026-03-10 01:02:03 +0000 UTC"},
		Counts: load.Counts{Read: 1, Created: 1},
	}})
}
