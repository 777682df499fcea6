package operations_test

import (
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

func TestBackupJobs(t *testing.T) {
	loadtest.Run(t, "backup_jobs", []loadtest.Case{{
		Name: "final state replaces the one under way, and stays",
		Loads: []loadtest.Snapshot{
			loadtest.Day(11, "backup", `{"jobs":[{"backup_job_id":"a","state":"RUNNING","percent_done":40},{"backup_job_id":"b","state":"FAILED"}]}`),
			loadtest.Day(12, "backup", `{"jobs":[{"backup_job_id":"a","state":"COMPLETED","percent_done":100,"size_bytes":9007199254740993,"completion_date":"2026-03-11T04:00:00+00:00"}]}`),
			loadtest.Day(10, "backup", `{"jobs":[{"backup_job_id":"a","state":"CREATED","percent_done":0}]}`),
		},
		Query: "select backup_job_id, state, percent_done::text, size_bytes::text from view_backup_jobs order by 1",
		Want:  []string{"a|COMPLETED|100.00|9007199254740993", "b|FAILED|<nil>|<nil>"}, Counts: load.Counts{Read: 1, Unchanged: 1},
	}})
}

func TestBackupProtectedResources(t *testing.T) {
	one := `{"protected_resources":[{"resource_arn":"a","last_backup_time":"2026-03-11T04:00:00+00:00"}]}`
	partial := loadtest.Day(13, "backup", `{"protected_resources":[]}`)
	partial.Incomplete = true
	loadtest.Run(t, "backup_protected_resources", []loadtest.Case{
		{
			Name:  "resource without a recovery point is removed",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "backup", `{"protected_resources":[{"resource_arn":"a"},{"resource_arn":"b"}]}`), loadtest.Day(12, "backup", one)},
			Query: "select resource_arn, is_overdue from view_backup_protected_resources", Want: []string{"a|true"},
			Counts: load.Counts{Read: 1, Updated: 1, Deleted: 1},
		},
		{
			Name: "incomplete list removes nothing", Loads: []loadtest.Snapshot{loadtest.Day(12, "backup", one), partial},
			Query: "select resource_arn from backup_protected_resources", Want: []string{"a"},
		},
	})
}
