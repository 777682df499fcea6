package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/plan"
)

type backfillCommand struct {
	Start string `help:"First date, 5-9-2025 or 2025-09-05." required:"" placeholder:"DATE"`
	End   string `help:"Last date, inclusive (default: today)." placeholder:"DATE"`
	narrowed
	DryRun bool `help:"Plan and estimate, and collect nothing."`
	waiting
}

// Help is shown by backfill --help.
func (backfillCommand) Help() string {
	return `Collects daily snapshots of the past, all in one execution. Only what has dates can be had for the past, such as cost and
findings: the state of resources is that of today, and is left out. Look at the price first:

  go run ./infra/operate backfill --start 2025-09-05 --end 2025-09-10 --dry-run
  go run ./infra/operate backfill --start 2025-09-05 --end 2025-09-10 --account 111122223333 --wait`
}

// Run starts an execution, or only plans one.
func (c backfillCommand) Run(ctx context.Context, g *globals, out *output) error {
	request := c.request()
	request["history"], request["start"] = true, c.Start
	if c.End != "" {
		request["end"] = c.End
	}
	d, err := g.open(ctx)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.estimate(ctx, g, out, d, request)
	}
	arn, err := d.request(ctx, "backfill", request)
	if err != nil {
		return err
	}
	return c.started(ctx, g, out, d, arn)
}

// estimate lets the deployed machine plan: it knows the accounts, their regions and what is paid.
func (c backfillCommand) estimate(ctx context.Context, g *globals, out *output, d *deployment, request map[string]any) error {
	request["dry_run"] = true
	arn, err := d.request(ctx, "estimate", request)
	if err != nil {
		return err
	}
	x, err := d.follow(ctx, g.poll, &output{out: io.Discard, err: io.Discard}, arn)
	if err != nil {
		return err
	}
	if x.Status != types.ExecutionStatusSucceeded {
		return fmt.Errorf("planning ended with %v", reasons(*x.Error, *x.Cause))
	}
	events, err := d.history(ctx, arn)
	if err != nil {
		return err
	}
	for _, event := range events {
		var planned plan.Plan
		if event.Type == "TaskStateExited" && event.Details.Name == "Plan" {
			if err := json.Unmarshal([]byte(event.Details.Output), &planned); err != nil {
				return fmt.Errorf("reading the plan: %w", err)
			}
			return out.print(estimate(planned.Estimate))
		}
	}
	return errors.New("the execution planned nothing")
}

// estimate is what a backfill asks for.
type estimate plan.Estimate

// Print writes it for people.
func (e estimate) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, `%d snapshots of an account and date, %d of an account, date and region, %d collector runs
at most %d requests to Cost Explorer, which AWS charges with %.2f US dollars
Nothing was collected. Without --dry-run it is.
`, e.Snapshots, e.Regions, e.Services, e.PaidRequests, e.PaidDollars)
	return err
}
