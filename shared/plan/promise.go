package plan

import (
	"context"
	"fmt"
	"slices"

	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// listProblems returns what the run cannot deliver of what it was asked for: accounts whose regions are not known, and
// regions of the settings that no account has. A run of some accounts says nothing of the others' regions.
func (h Handler) listProblems(request Request, accounts []account) (problems []string) {
	for _, a := range accounts {
		if a.problem != "" {
			problems = append(problems, a.problem)
		}
	}
	if len(request.Accounts) > 0 || len(accounts) == 0 {
		return problems
	}
	for _, region := range h.Settings.Regions {
		if !slices.ContainsFunc(accounts, func(a account) bool { return slices.Contains(a.regions, region) }) {
			problems = append(problems, fmt.Sprintf("region %s is not enabled in any account: correct the list of regions, or enable it", region))
		}
	}
	return problems
}

// checkPromises rejects a request that would collect nothing, and keeps the problems for Settle. A resumed run may have
// nothing left, and a schedule no period that ended since the last run.
func (j job) checkPromises(ctx context.Context, p Plan) error {
	if p.Estimate.Snapshots == 0 && len(j.dates) > 0 && !bool(j.request.Resume) {
		return fault.New(outcome.Invalid, "nothing to collect: none of the requested services is available in a covered region for these dates%s", formatProblems(j.problems))
	}
	if len(j.problems) == 0 || bool(j.request.DryRun) {
		return nil
	}
	return j.Staging.PutJSON(ctx, snapshot.ProblemsKey(p.Run), j.problems)
}

func formatProblems(problems []string) (text string) {
	for _, problem := range problems {
		text += "; " + problem
	}
	return text
}
