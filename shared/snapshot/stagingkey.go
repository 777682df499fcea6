package snapshot

import (
	"fmt"
	"strings"
)

// StagingPrefix returns the folder of the snapshot's parts, with a trailing slash.
func (n Name) StagingPrefix() string { return StagingPrefix + n.buildPath() + "/" }

// PublishedKey returns the key of the file that Merge writes beside the parts after it published the snapshot.
func (n Name) PublishedKey() string { return n.StagingPrefix() + "published.json" }

// PartPrefix returns the folder of one source's part, with a trailing slash.
func (n Name) PartPrefix(source string) string { return n.StagingPrefix() + source + "/" }

// The files of a part that are not sections.
const (
	outputFile  = "/outcome.json"
	failureFile = "/failure.json"
)

// SectionKey returns the key of a section in a part's folder.
func SectionKey(partPrefix, section string) string { return partPrefix + section + ".json" }

// OutputKey returns the key of a source's output, beside its part.
func (n Name) OutputKey(source string) string { return n.StagingPrefix() + source + outputFile }

// FailureKey returns the key of the outcome of a source that failed: the newest one for the snapshot, of any run.
func (n Name) FailureKey(source string) string { return n.StagingPrefix() + source + failureFile }

// PaidKey returns the key of the answers that AWS charged for, which a resumed run takes.
func (n Name) PaidKey(source string) string { return n.PartPrefix(source) + "paid" }

// ProgressKey returns the key of the answers of AWS to an attempt of a run that ran out of time: another run asks again.
func (n Name) ProgressKey(source, run string) string { return n.PartPrefix(source) + "progress-" + run }

// FindOutput returns the source of an output's key.
func (n Name) FindOutput(key string) (source string, found bool) {
	rest, isStaged := strings.CutPrefix(key, n.StagingPrefix())
	source, found = strings.CutSuffix(rest, outputFile)
	return source, isStaged && found
}

// RosterKey is the key of the list of accounts that runs have covered.
const RosterKey = StagingPrefix + "roster.json"

// TakenKey is the key of the periods that runs have taken, by interval.
const TakenKey = StagingPrefix + "taken.json"

// LastOutcomesKey returns the key of the last outcomes of an account and region.
func LastOutcomesKey(account, region string) string {
	return StagingPrefix + "outcomes/" + account + "/" + region + ".json"
}

// RunPrefix returns the staging folder of one collect execution's plans and reports, with a trailing slash.
func RunPrefix(run string) string { return StagingPrefix + "runs/" + run + "/" }

// PlanKey returns the key of a run's plan, of a redrive that of what it does again; redrives is 0 for the first plan.
func PlanKey(run string, redrives int) string {
	if redrives == 0 {
		return RunPrefix(run) + "plan.json"
	}
	return fmt.Sprintf("%splan-%d.json", RunPrefix(run), redrives)
}

// ProblemsKey returns the key of the promises that a run's plan could not keep. Most runs have none.
func ProblemsKey(run string) string { return RunPrefix(run) + "problems.json" }

// TakesKey returns the key of the periods that a run takes once it has come to its end.
func TakesKey(run string) string { return RunPrefix(run) + "takes.json" }

// GoneKey returns the key of the accounts that a run found to have left. Most runs find none.
func GoneKey(run string) string { return RunPrefix(run) + "gone.json" }

// ReportsPrefix returns the folder of a run's reports.
func ReportsPrefix(run string) string { return RunPrefix(run) + "reports/" }

// FailedPrefix returns the folder with copies of the reports that have failures, so that Settle need not read the others.
func FailedPrefix(run string) string { return RunPrefix(run) + "failed/" }

// LossesPrefix returns the folder of a run's new losses.
func LossesPrefix(run string) string { return RunPrefix(run) + "lost/" }

// LossesKey returns the key of the new losses of an account and region in a run.
func LossesKey(run, account, region string) string {
	return LossesPrefix(run) + account + "/" + region + ".json"
}

// ReportName returns the last part of the keys of a snapshot's reports.
func (n Name) ReportName() string { return n.buildPath() + ".json" }

// ParseReportName returns the snapshot of a report, from what ReportName returned.
func ParseReportName(name string) (Name, error) { return ParseKey(DataPrefix + name) }
