// Package trustedadvisor collects the Trusted Advisor checks that flag resources of the account now. A check that has
// recovered is not among them any more.
//
//	operations  support DescribeTrustedAdvisorChecks (all checks in one answer), DescribeTrustedAdvisorCheckSummaries
//	            (50 checks at a time, side by side; in halves when a check is refused)
//	scope       account, in the home region; the calls go to the partition's global region
//	window      none: state at run time
//	section     trusted_advisor, in the order of the list of checks
//	paid        no, but the account needs one of collect.SupportPlans
//	quotas      not published
//	            https://docs.aws.amazon.com/awssupport/latest/user/get-started-with-aws-trusted-advisor-api.html
package trustedadvisor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/support"
	"github.com/aws/aws-sdk-go-v2/service/support/types"
	smithy "github.com/aws/smithy-go"

	"view360/shared/collect"
	"view360/shared/snapshot"
)

// API is the part of the Support client that Collect uses; each method is one IAM action of the role.
type API interface {
	DescribeTrustedAdvisorChecks(context.Context, *support.DescribeTrustedAdvisorChecksInput, ...func(*support.Options)) (*support.DescribeTrustedAdvisorChecksOutput, error)
	DescribeTrustedAdvisorCheckSummaries(context.Context, *support.DescribeTrustedAdvisorCheckSummariesInput, ...func(*support.Options)) (*support.DescribeTrustedAdvisorCheckSummariesOutput, error)
}

// Collector is the source trustedadvisor.
var Collector = collect.Collector{
	SourceName: "trustedadvisor",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		cfg.Region = collect.FindGlobalRegion(scope.Region)
		return Collect(ctx, support.NewFromConfig(cfg), scope, part)
	},
}

const (
	section = "trusted_advisor"
	batch   = 50
	atOnce  = 4
)

type (
	checks    = []types.TrustedAdvisorCheckDescription
	summaries = map[string]types.TrustedAdvisorCheckSummary // by the check's id
)

// Collect writes a [snapshot.TrustedAdvisorCheck] for each check with the status warning or error and at least one
// resource that is not suppressed, regardless of its last refresh (D56). A batch that cannot be read, or a check that is
// refused, is a warning; the source fails if none can be read. An account without a support plan that includes the API is outcome.NotSubscribed.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("Trusted Advisor has no history: its state of today does not belong under a past date")
		return nil
	}
	listed, err := listChecks(ctx, api)
	if err != nil {
		return err
	}
	part.DeclareLists(section)
	var failures []error
	summarized := 0
	err = collect.FetchInOrder(ctx, atOnce, collect.ToSequence(slices.Collect(slices.Chunk(listed, batch))),
		func(ctx context.Context, batch checks) (result, error) { return summarizeBatch(ctx, api, batch) },
		func(r result) error {
			summarized += len(r.checks)
			failures = append(failures, r.failures...)
			return addChecks(part, r)
		})
	if err != nil {
		return err
	}
	if summarized == 0 {
		return errors.Join(failures...)
	}
	for _, failure := range failures {
		part.Warn(section, failure)
	}
	return nil
}

func listChecks(ctx context.Context, api API) (checks, error) {
	listed, err := api.DescribeTrustedAdvisorChecks(ctx, &support.DescribeTrustedAdvisorChecksInput{Language: aws.String("en")})
	if err != nil {
		return nil, collect.ExplainMissingPlan("Trusted Advisor", fmt.Errorf("listing checks: %w", err))
	}
	return listed.Checks, nil
}

// result has the checks of a batch that could be read with their summaries, and the errors of the others.
type result struct {
	checks    checks
	summaries summaries
	failures  []error
}

// summarizeBatch returns the summaries of a batch, and an error only if the run as a whole has ended.
func summarizeBatch(ctx context.Context, api API, batch checks) (result, error) {
	answer, err := readSummaries(ctx, api, batch)
	if !isUnknown(err) {
		return buildResult(ctx, batch, answer, err)
	}
	if batch, err = filterListed(ctx, api, batch); err != nil { // a check was withdrawn after it was listed
		return buildResult(ctx, batch, nil, err)
	}
	return summarizeHalves(ctx, api, batch)
}

// summarizeHalves finds the checks that are refused, each of which takes its whole batch: ten calls more for one of 50.
func summarizeHalves(ctx context.Context, api API, batch checks) (result, error) {
	answer, err := readSummaries(ctx, api, batch)
	if !isUnknown(err) || len(batch) == 1 {
		return buildResult(ctx, batch, answer, err)
	}
	both := result{summaries: summaries{}}
	for half := range slices.Chunk(batch, (len(batch)+1)/2) {
		r, err := summarizeHalves(ctx, api, half)
		if err != nil {
			return result{}, err
		}
		both.checks, both.failures = append(both.checks, r.checks...), append(both.failures, r.failures...)
		maps.Copy(both.summaries, r.summaries)
	}
	return both, nil
}

func buildResult(ctx context.Context, batch checks, answer *support.DescribeTrustedAdvisorCheckSummariesOutput, err error) (result, error) {
	switch {
	case ctx.Err() != nil:
		return result{}, ctx.Err()
	case err != nil:
		return result{failures: []error{fmt.Errorf("summarizing %d checks from %s on: %w", len(batch), aws.ToString(batch[0].Name), err)}}, nil
	}
	found := make(summaries, len(answer.Summaries))
	for _, summary := range answer.Summaries {
		found[aws.ToString(summary.CheckId)] = summary
	}
	return result{checks: batch, summaries: found}, nil
}

func readSummaries(ctx context.Context, api API, batch checks) (*support.DescribeTrustedAdvisorCheckSummariesOutput, error) {
	ids := make([]*string, len(batch))
	for i, check := range batch {
		ids[i] = check.Id
	}
	return api.DescribeTrustedAdvisorCheckSummaries(ctx, &support.DescribeTrustedAdvisorCheckSummariesInput{CheckIds: ids})
}

func isUnknown(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "InvalidParameterValueException"
}

// filterListed returns the checks of a batch that still exist, or the whole batch if none does.
func filterListed(ctx context.Context, api API, batch checks) (checks, error) {
	listed, err := listChecks(ctx, api)
	if err != nil {
		return batch, err
	}
	left := slices.DeleteFunc(slices.Clone(batch), func(check types.TrustedAdvisorCheckDescription) bool {
		return !slices.ContainsFunc(listed, func(l types.TrustedAdvisorCheckDescription) bool { return aws.ToString(l.Id) == aws.ToString(check.Id) })
	})
	if len(left) == 0 {
		return batch, nil
	}
	return left, nil
}

func addChecks(part *collect.Part, r result) error {
	for _, check := range r.checks {
		summary, known := r.summaries[aws.ToString(check.Id)]
		if !known || countAffected(summary) == 0 {
			continue
		}
		if status := aws.ToString(summary.Status); status != "warning" && status != "error" {
			continue
		}
		if err := part.Add(section, toCheck(check, summary)); err != nil {
			return err
		}
	}
	return nil
}

// countAffected returns the number of flagged resources that are not suppressed.
func countAffected(summary types.TrustedAdvisorCheckSummary) int64 {
	if summary.ResourcesSummary == nil {
		return 0
	}
	return max(0, summary.ResourcesSummary.ResourcesFlagged-summary.ResourcesSummary.ResourcesSuppressed)
}

func toCheck(check types.TrustedAdvisorCheckDescription, summary types.TrustedAdvisorCheckSummary) snapshot.TrustedAdvisorCheck {
	c := snapshot.TrustedAdvisorCheck{
		CheckName: check.Name, Category: check.Category, Severity: aws.ToString(summary.Status),
		Recommendation: check.Description, AffectedResourcesCount: countAffected(summary),
	}
	if specific := summary.CategorySpecificSummary; specific != nil && specific.CostOptimizing != nil {
		c.PotentialSavings = &specific.CostOptimizing.EstimatedMonthlySavings
	}
	if refreshed, _, err := snapshot.ParseTime(aws.ToString(summary.Timestamp)); err == nil {
		c.Timestamp = &snapshot.Time{Time: refreshed}
	}
	return c
}
