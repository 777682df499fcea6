package simaws_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestBackupJobsAreFilteredAndForgotten(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := backup.NewFromConfig(server.Config(production))
	list := func(input backup.ListBackupJobsInput) (jobs []types.BackupJob) {
		for page, err := range paging.ReadPages(t.Context(), backup.NewListBackupJobsPaginator(client, &input)) {
			if err != nil {
				t.Fatal(err)
			}
			jobs = append(jobs, page.BackupJobs...)
		}
		return jobs
	}
	states := map[types.BackupJobState]int{}
	all := list(backup.ListBackupJobsInput{MaxResults: aws.Int32(100)})
	for _, j := range all {
		states[j.State]++
		if j.CreationDate.After(noon) || j.CreationDate.Before(noon.AddDate(0, 0, -30)) || j.CompletionDate != nil && j.CompletionDate.After(noon) {
			t.Errorf("job %s of %v ended at %v", *j.BackupJobId, j.CreationDate, j.CompletionDate)
		}
	}
	for _, state := range []types.BackupJobState{"COMPLETED", "FAILED", "EXPIRED", "ABORTED", "RUNNING"} {
		if n := len(list(backup.ListBackupJobsInput{ByState: state})); n == 0 || n != states[state] {
			t.Errorf("%d jobs are %s, want %d", n, state, states[state])
		}
	}
	first := all[len(all)-1]
	for _, j := range list(backup.ListBackupJobsInput{ByCreatedAfter: first.CreationDate}) {
		if *j.BackupJobId == *first.BackupJobId {
			t.Error("a job was created after itself")
		}
	}
	for _, input := range []backup.ListBackupJobsInput{{MaxResults: aws.Int32(1001)}, {ByState: "LOST"}, {NextToken: aws.String("x")}} {
		_, err := client.ListBackupJobs(t.Context(), &input)
		wantCode(t, err, "InvalidParameterValueException")
	}
}
