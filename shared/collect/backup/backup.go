// Package backup collects the jobs of AWS Backup in a region, and the resources that it protects with their last recovery
// point. An account that does not use AWS Backup has empty lists: AWS has no opt-in for the lists.
//
//	operations  backup ListBackupJobs and ListProtectedResources (all pages)
//	scope       region
//	window      jobs created in [start, end), UTC, in their present state; jobs created earlier that ended in it; and jobs
//	            created earlier that have no completion time. AWS lists the jobs of the last 30 days.
//	            Protected resources: none, state at run time. A past date has jobs only, without those under way
//	sections    backup.jobs, backup.protected_resources
//	paid        no
//	quotas      not published per operation
//	            https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
package backup

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the AWS Backup client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListBackupJobs(context.Context, *backup.ListBackupJobsInput, ...func(*backup.Options)) (*backup.ListBackupJobsOutput, error)
	ListProtectedResources(context.Context, *backup.ListProtectedResourcesInput, ...func(*backup.Options)) (*backup.ListProtectedResourcesOutput, error)
}

// Collector is the source backup.
var Collector = collect.Collector{
	SourceName: "backup",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, backup.NewFromConfig(cfg), scope, part)
	},
}

const (
	jobs      = "backup.jobs"
	resources = "backup.protected_resources"
	pageSize  = 1000
	keptDays  = 30 // that AWS lists jobs for
)

// Collect writes a [snapshot.BackupJob] for each job, once, and a [snapshot.BackupProtectedResource] for each protected
// resource, in the order of AWS. Protected resources that cannot be listed are a warning.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if kept := scope.Now.AddDate(0, 0, -keptDays); !scope.Window.End.After(kept) {
		part.Skip(fmt.Sprintf("AWS Backup lists the jobs of the last %d days only", keptDays))
		return nil
	} else if scope.Window.Start.Before(kept) {
		part.Note("jobs", fmt.Sprintf("AWS Backup lists the jobs of the last %d days only", keptDays))
	}
	part.DeclareLists(jobs)
	if err := addJobs(ctx, api, scope, part); err != nil {
		return err
	}
	if scope.History {
		return nil
	}
	part.DeclareLists(resources)
	return collect.Tolerate(ctx, part, "protected_resources", addResources(ctx, api, part))
}

// selection is one list of jobs.
type selection struct {
	name   string
	input  backup.ListBackupJobsInput
	wanted func(types.BackupJob) bool
}

// addJobs writes the jobs of all selections. One that changes between two lists is in both, so the first one counts.
func addJobs(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	written := map[string]bool{}
	for _, s := range selectJobs(scope) {
		s.input.MaxResults = aws.Int32(pageSize)
		pages := backup.NewListBackupJobsPaginator(api, &s.input, func(o *backup.ListBackupJobsPaginatorOptions) { o.StopOnDuplicateToken = true })
		for page, err := range paging.ReadPages(ctx, pages) {
			if err != nil {
				return fmt.Errorf("listing %s jobs: %w", s.name, err)
			}
			for _, job := range page.BackupJobs {
				id := aws.ToString(job.BackupJobId)
				if written[id] || !s.wanted(job) {
					continue
				}
				written[id] = id != ""
				if err := part.Add(jobs, toJob(job)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// selectJobs returns the lists that together have every job of the window, and the final state of every job: one that is
// under way now is listed again in each later window until it ends. AWS does not say that aborted and expired jobs have a
// completion time, so those without one are listed by their state.
func selectJobs(scope collect.Scope) []selection {
	// AWS does not say whether its bounds are included.
	after, before := aws.Time(scope.Window.Start.Add(-time.Second)), aws.Time(scope.Window.End.Add(time.Second))
	createdEarlier := func(job types.BackupJob) bool { return aws.ToTime(job.CreationDate).Before(scope.Window.Start) }
	selections := []selection{
		{"created", backup.ListBackupJobsInput{ByCreatedAfter: after, ByCreatedBefore: before}, func(job types.BackupJob) bool {
			return job.CreationDate == nil || scope.Window.Contains(*job.CreationDate)
		}},
		{"completed", backup.ListBackupJobsInput{ByCompleteAfter: after, ByCompleteBefore: before}, func(job types.BackupJob) bool {
			return createdEarlier(job) && scope.Window.Contains(aws.ToTime(job.CompletionDate))
		}},
	}
	if scope.History {
		return selections
	}
	for _, state := range []types.BackupJobState{
		types.BackupJobStateCreated, types.BackupJobStatePending, types.BackupJobStateRunning, types.BackupJobStateAborting,
		types.BackupJobStateAborted, types.BackupJobStateExpired,
	} {
		selections = append(selections, selection{
			strings.ToLower(string(state)), backup.ListBackupJobsInput{ByState: state, ByCreatedBefore: &scope.Window.Start},
			func(job types.BackupJob) bool { return createdEarlier(job) && job.CompletionDate == nil },
		})
	}
	return selections
}

func addResources(ctx context.Context, api API, part *collect.Part) error {
	pages := backup.NewListProtectedResourcesPaginator(api, &backup.ListProtectedResourcesInput{MaxResults: aws.Int32(pageSize)},
		func(o *backup.ListProtectedResourcesPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("listing protected resources: %w", err)
		}
		for _, resource := range page.Results {
			if err := part.Add(resources, toResource(resource)); err != nil {
				return err
			}
		}
	}
	return nil
}

func toJob(j types.BackupJob) snapshot.BackupJob {
	job := snapshot.BackupJob{
		BackupJobID: aws.ToString(j.BackupJobId), ParentJobID: j.ParentJobId, State: snapshot.Text(j.State), StatusMessage: j.StatusMessage,
		MessageCategory: j.MessageCategory, ResourceARN: j.ResourceArn, ResourceType: j.ResourceType, ResourceName: j.ResourceName,
		VaultName: j.BackupVaultName, VaultARN: j.BackupVaultArn, RecoveryPointARN: j.RecoveryPointArn, SizeBytes: j.BackupSizeInBytes,
		PercentDone: parsePercent(j.PercentDone), CreationDate: snapshot.TimeOf(j.CreationDate), StartBy: snapshot.TimeOf(j.StartBy),
		CompletionDate: snapshot.TimeOf(j.CompletionDate),
	}
	if by := j.CreatedBy; by != nil {
		job.BackupPlanID, job.BackupPlanName, job.BackupRuleID, job.BackupRuleName = by.BackupPlanId, by.BackupPlanName, by.BackupRuleId, by.BackupRuleName
	}
	return job
}

// parsePercent returns the number of a text such as 42.0 or 42.0%, or nil.
func parsePercent(text *string) *float64 {
	percent, err := strconv.ParseFloat(strings.TrimSuffix(aws.ToString(text), "%"), 64)
	if err == nil && percent >= 0 && percent <= 100 { // NaN is not
		return &percent
	}
	return nil
}

func toResource(r types.ProtectedResource) snapshot.BackupProtectedResource {
	return snapshot.BackupProtectedResource{
		ResourceARN: aws.ToString(r.ResourceArn), ResourceType: r.ResourceType, ResourceName: r.ResourceName,
		LastBackupTime: snapshot.TimeOf(r.LastBackupTime), LastVaultARN: r.LastBackupVaultArn, LastRecoveryPointARN: r.LastRecoveryPointArn,
	}
}
