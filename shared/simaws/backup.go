package simaws

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"view360/shared/simaws/wire"
)

var backupService = service{
	name: "backup", protocol: wire.RESTJSON{},
	codes: wire.ErrorCodes{Throttled: "ThrottlingException", Invalid: "InvalidParameterValueException", BadToken: "InvalidParameterValueException"},
	operations: []operation{
		{name: "ListBackupJobs", route: "GET /backup-jobs", handle: handleInput(listBackupJobs)},
		{name: "ListProtectedResources", route: "GET /resources", handle: handleInput(listProtectedResources)},
	},
}

// BackupJob is a job of AWS Backup.
type BackupJob struct {
	BackupJobID       string `json:"BackupJobId"`
	AccountID         string `json:"AccountId"`
	State             string
	StatusMessage     string `json:",omitempty"`
	MessageCategory   string `json:",omitempty"`
	ResourceARN       string `json:"ResourceArn"`
	ResourceType      string
	ResourceName      string         `json:",omitempty"`
	BackupVaultName   string         `json:",omitempty"`
	BackupVaultARN    string         `json:"BackupVaultArn,omitempty"`
	RecoveryPointARN  string         `json:"RecoveryPointArn,omitempty"`
	CreatedBy         *BackupCreator `json:",omitempty"`
	BackupSizeInBytes int64
	PercentDone       string `json:",omitempty"`
	CreationDate      Time
	StartBy           *Time `json:",omitempty"`
	CompletionDate    *Time `json:",omitempty"`
}

// BackupCreator is the rule of a plan that made a job.
type BackupCreator struct {
	BackupPlanID   string `json:"BackupPlanId"`
	BackupPlanName string
	BackupRuleID   string `json:"BackupRuleId"`
	BackupRuleName string
}

// ProtectedResource is a resource with a recovery point.
type ProtectedResource struct {
	ResourceARN          string `json:"ResourceArn"`
	ResourceType         string
	ResourceName         string `json:",omitempty"`
	LastBackupTime       *Time  `json:",omitempty"`
	LastBackupVaultARN   string `json:"LastBackupVaultArn,omitempty"`
	LastRecoveryPointARN string `json:"LastRecoveryPointArn,omitempty"`
}

// protected is a resource and how it is backed up.
type protected struct {
	arn, kind, name string
	bytes           int64
	monthly         bool // by the plan of archives, on the first of a month; the others are backed up every day
	broken          bool // its jobs fail, but for one in ten days
}

// backupDays is how long AWS Backup lists a job.
const backupDays = 30

func findProtected(l *location) []protected {
	var found []protected
	for i, d := range findItems(l, generateDatabases) {
		found = append(found, protected{arn: d.DBInstanceArn, kind: "RDS", name: d.DBInstanceIdentifier, broken: i%6 == 4})
	}
	for i, v := range findItems(l, generateVolumes) {
		if i%3 == 0 { // the others hold nothing that lasts
			found = append(found, protected{arn: l.newARN("ec2", "volume/"+v.ID), kind: "EBS", name: v.Name, bytes: int64(v.Size) << 30, monthly: i%15 == 6, broken: i%24 == 9})
		}
	}
	return found
}

func generateBackupJobs(l *location) []BackupJob {
	var jobs []BackupJob
	for d := startOfDay(l.now); l.now.Sub(d) < (backupDays+1)*days; d = d.AddDate(0, 0, -1) {
		for _, p := range findProtected(l) {
			if j, made := generateBackupJob(l, p, d); made && l.now.Sub(j.CreationDate.Time) < backupDays*days {
				jobs = append(jobs, j)
			}
		}
	}
	return jobs
}

// generateBackupJob returns the job of a day, in its state of now. Some run for a day and more.
func generateBackupJob(l *location, p protected, d time.Time) (BackupJob, bool) {
	r := l.newChance("backup job", p.arn, d.Unix())
	created := d.Add(5*time.Hour + time.Duration(r.IntN(3600_000))*time.Millisecond)
	ended := created.Add(time.Duration(r.intBetween(4, 170)) * time.Minute)
	if r.oneIn(12) {
		created, ended = created.Add(17*time.Hour), ended.Add(32*time.Hour)
	}
	if p.monthly && d.Day() != 1 || created.After(l.now) {
		return BackupJob{}, false
	}
	plan := BackupCreator{
		BackupPlanID: l.newChance("backup plan", p.monthly).newUUID(), BackupPlanName: "daily-35-days",
		BackupRuleID: l.newChance("backup rule", p.monthly).newUUID(), BackupRuleName: "every-day-0500",
	}
	if p.monthly {
		plan.BackupPlanName, plan.BackupRuleName = "archive", "first-of-month"
	}
	j := BackupJob{
		BackupJobID: strings.ToUpper(r.newUUID()), AccountID: l.account.ID, State: "COMPLETED", MessageCategory: "SUCCESS", ResourceARN: p.arn, ResourceType: p.kind,
		ResourceName: p.name, BackupVaultName: "Default", BackupVaultARN: l.newARN("backup", "backup-vault:Default"), CreatedBy: &plan,
		BackupSizeInBytes: p.bytes, PercentDone: "100.0", CreationDate: Time{Time: created}, StartBy: newTime(created.Add(8 * time.Hour)), CompletionDate: newTime(ended),
	}
	switch draw := r.IntN(100); {
	case p.broken && d.YearDay()%10 != 0:
		j.fail("FAILED", "AccessDenied", fmt.Sprintf("Your backup job failed as AWS Backup does not have permission to describe resource %s. Please review your IAM policies to ensure AWS Backup can protect your resources.", p.arn))
	case draw < 2:
		j.fail("ABORTED", "Aborted", "The backup job was stopped by a user.")
	case draw < 4:
		j.fail("EXPIRED", "Expired", "Backup job expired before completion.")
		ended = j.StartBy.Time
		j.CompletionDate = nil // the harder case: AWS does not say that there is one
	case draw < 5:
		j.MessageCategory, j.StatusMessage = "VSSError", "Windows VSS Backup Job Error encountered, trying for regular backup"
	}
	if underWay := map[bool]string{false: "RUNNING", true: "CREATED"}[j.State == "EXPIRED"]; ended.After(l.now) {
		j.fail(underWay, "", "")
		j.PercentDone, j.CompletionDate = fmt.Sprintf("%.1f", 100*float64(l.now.Sub(created))/float64(ended.Sub(created))), nil
	}
	if j.State == "COMPLETED" || j.State == "RUNNING" {
		j.RecoveryPointARN = l.newARN("backup", "recovery-point:"+strings.ToUpper(r.newUUID()))
	}
	return j, true
}

// fail gives the job a state without a backup.
func (j *BackupJob) fail(state, category, message string) {
	j.State, j.MessageCategory, j.StatusMessage, j.BackupSizeInBytes, j.PercentDone = state, category, message, 0, "0.0"
}

// generateProtectedResources looks for the last recovery point of each resource as far back as one may lie.
func generateProtectedResources(l *location) []ProtectedResource {
	var resources []ProtectedResource
	for _, p := range findProtected(l) {
		for d := startOfDay(l.now); l.now.Sub(d) < 70*days; d = d.AddDate(0, 0, -1) {
			j, made := generateBackupJob(l, p, d)
			if !made || j.State != "COMPLETED" {
				continue
			}
			resources = append(resources, ProtectedResource{
				ResourceARN: p.arn, ResourceType: p.kind, ResourceName: p.name, LastBackupTime: j.CompletionDate,
				LastBackupVaultARN: j.BackupVaultARN, LastRecoveryPointARN: j.RecoveryPointARN,
			})
			break
		}
	}
	return resources
}

type backupInput struct {
	AccountID, BackupVaultName, ResourceArn, ResourceType, State, MessageCategory, ParentJobID, NextToken string
	CreatedAfter, CreatedBefore, CompleteAfter, CompleteBefore                                            *time.Time
	MaxResults                                                                                            *number
}

// The documented bounds; unasked, a page is full.
var backupPages = limits{usual: 1000, least: 1, most: 1000}

var backupStates = []string{"CREATED", "PENDING", "RUNNING", "ABORTING", "ABORTED", "COMPLETED", "FAILED", "EXPIRED", "PARTIAL"}

// listBackupJobs takes both bounds of a time as excluded, which leaves clients the least.
func listBackupJobs(c *call, in backupInput) (any, error) {
	if in.State != "" && !slices.Contains(backupStates, in.State) {
		return nil, c.newInvalidf("1 validation error detected: Value '%s' at 'byState' failed to satisfy constraint: Member must satisfy enum value set: [%s]", in.State, strings.Join(backupStates, ", "))
	}
	is := func(asked, value string) bool { return asked == "" || asked == value }
	jobs := slices.DeleteFunc(slices.Clone(findItems(c.location, generateBackupJobs)), func(j BackupJob) bool {
		return !is(in.State, j.State) || !is(in.ResourceArn, j.ResourceARN) || !is(in.ResourceType, j.ResourceType) || !is(in.BackupVaultName, j.BackupVaultName) ||
			!is(in.MessageCategory, j.MessageCategory) || in.ParentJobID != "" || c.now.Sub(j.CreationDate.Time) > backupDays*days ||
			!isBetween(in.CreatedAfter, in.CreatedBefore, &j.CreationDate) || !isBetween(in.CompleteAfter, in.CompleteBefore, j.CompletionDate)
	})
	items, next, err := cutPage(c, jobs, in.NextToken, in.MaxResults, backupPages)
	if err != nil {
		return nil, err
	}
	return object{"BackupJobs": items, "NextToken": next}, nil
}

// isBetween reports whether t lies between two optional bounds; without a bound it need not exist.
func isBetween(after, before *time.Time, t *Time) bool {
	return (after == nil || t != nil && t.After(*after)) && (before == nil || t != nil && t.Before(*before))
}

func listProtectedResources(c *call, in backupInput) (any, error) {
	items, next, err := cutPage(c, findItems(c.location, generateProtectedResources), in.NextToken, in.MaxResults, backupPages)
	if err != nil {
		return nil, err
	}
	return object{"Results": items, "NextToken": next}, nil
}
