package record_test

import (
	"strings"
	"testing"

	"view360/shared/record"
)

const outcomes = `select concat_ws(' ', source, snapshot_interval, snapshot_date, run, status, coalesce(class, '-'), coalesce(reason, '-'), coalesce(error_code, '-'), coalesce(action, '-'),
	warnings, messages ->> 0, items, bytes, calls, throttles, paid_calls, duration_ms) from view360.outcomes order by source`

const meta = `{"schema_version":1,"run":"run-2","account_id":"111122223333","region":"eu-west-1","collected_at":"2026-03-12T01:00:00Z","sections":{},"services":{
	"kms":{"run":"run-2","status":"denied","class":"AccessDeniedError","reason":"denied kms:ListKeys","aws":{"operation":"KMS ListKeys","code":"AccessDeniedException",
		"message":"User: arn:aws:iam::1:role/r is not authorized \u0000 because","principal":"arn:aws:iam::1:role/r","action":"kms:ListKeys","resource":"*"},
		"items":0,"bytes":0,"calls":3,"throttles":1,"paid_calls":0,"collected_at":"2026-03-12T01:00:00Z","duration_ms":40},
	"cost":{"run":"run-1","status":"passed","messages":[{"source":"cost","text":"no data yet","note":true}],"items":2,"bytes":90,"calls":2,"throttles":0,"paid_calls":2,"collected_at":"2026-03-12T01:00:00Z","duration_ms":7},
	"waf":{"status":"passed","items":0,"collected_at":"2026-03-12T01:00:00Z","duration_ms":1,"calls":1,"throttles":0,"paid_calls":0}}}`

// One row for each source and run, with AWS's own words; a file without runs of its own names the run of all.
func TestOutcomesAreThoseOfTheSnapshot(t *testing.T) {
	b := newBench(t)
	place, results := b.snapshot("2026-03-11_DAILY", `{}, "meta":`+meta)
	for range 2 {
		b.record(record.Input{Index: place, Results: results})
		b.want(outcomes,
			`cost DAILY 2026-03-11 run-1 passed - - - - 0 {"note": true, "text": "no data yet", "source": "cost"} 2 90 2 0 2 7`,
			`kms DAILY 2026-03-11 run-2 denied AccessDeniedError denied kms:ListKeys AccessDeniedException kms:ListKeys 0 0 0 3 1 0 40`,
			`waf DAILY 2026-03-11 run-2 passed - - - - 0 0 0 1 0 0 1`)
	}
	b.want("select error_message || '|' || principal || '|' || resource from view360.outcomes where source = 'kms'",
		"User: arn:aws:iam::1:role/r is not authorized  because|arn:aws:iam::1:role/r|*")
	// A repair replaces the source's outcome of its run, an older version of the snapshot does not.
	repaired := strings.NewReplacer(`"denied"`, `"passed"`, `"2026-03-12T01:00:00Z","duration_ms":40`, `"2026-03-12T02:00:00Z","duration_ms":40`).Replace(meta)
	newer, results := b.snapshot("2026-03-11_DAILY", `{}, "meta":`+repaired)
	b.record(record.Input{Index: newer, Results: results})
	older, results := b.snapshot("2026-03-11_DAILY", `{}, "meta":`+meta)
	b.record(record.Input{Index: older, Results: results})
	b.want("select status from view360.outcomes where source = 'kms'", "passed")
}

// A file of the Python version has a status for each section and free text: it is translated when it is recorded.
func TestPythonFilesAreTranslatedToOutcomes(t *testing.T) {
	b := newBench(t)
	place, results := b.snapshot("2026-03-11_DAILY", `{"account_status":"Pass","config_status":"Fail","cost_status":"Pass","service_status":"Pass","marketplace_status":"Fail",
		"security_status":"Fail","inventory_status":"Pass","trusted_advisor_status":"Pass","health_status":"Skipped","support_tickets_status":"Fail",
		"message":[{"config":"m1"},{"config":"m2"},{"guard_duty":"no detector"},{"inventory":"one node"},{"support_tickets":"str.replace() takes no keyword arguments"}]}`)
	b.record(record.Input{Index: place, Results: results})
	b.want("select concat_ws(' ', source, status, '[' || reason || ']') from view360.outcomes order by source",
		"account passed", "certificatemanager passed", "cloudtrail passed", "config failed [m1; m2]",
		"cost failed", // its section marketplace
		"guardduty failed [no detector]", "inspector passed", "inventory passed with warnings [one node]", "kms passed", "secretsmanager passed",
		"securityhub passed", "supporttickets failed [str.replace() takes no keyword arguments]", "trustedadvisor passed", "waf passed")
	b.want("select distinct run || '|' || (collected_at at time zone 'utc') from view360.outcomes", "|2026-03-11 00:00:00")

	silent, results := b.snapshot("2026-03-12_DAILY", `{"security_status":"Fail"}`)
	b.record(record.Input{Index: silent, Results: results})
	b.want("select string_agg(source, ' ' order by source) from view360.outcomes where snapshot_date = '2026-03-12' and status = 'failed'",
		"certificatemanager cloudtrail guardduty inspector kms secretsmanager securityhub waf")
}
