package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/merge"
)

type redriveCommand struct {
	Execution string `arg:"" optional:"" help:"Name or ARN of the execution (default: the newest collect execution that failed, and all load executions that failed in part)."`
	Account   string `help:"Only this account of a collect execution: a new execution collects what failed for it." placeholder:"ID"`
	Date      string `help:"With --account, only this date of a backfill." placeholder:"2026-03-11"`
	waiting
}

// Help is shown by redrive --help.
func (redriveCommand) Help() string {
	return `Continues an execution that did not succeed, as the console's Redrive button does: of a collect execution the services
that failed are collected again and their snapshots published again, of a load execution the table groups that failed are
loaded. As often as needed, within 14 days of its end.

Without an execution: the newest collect execution that failed, and the load executions that loaded only a part. What is no
snapshot is left alone: loading it again would not help.

Examples:
  go run ./infra/operate redrive
  go run ./infra/operate redrive collect-20260311T020000.000Z --wait
  go run ./infra/operate redrive collect-20260311T020000.000Z --account 111122223333`
}

// Run redrives the execution, or collects for one account what failed in it.
func (c redriveCommand) Run(ctx context.Context, g *globals, out *output) error {
	d, err := g.open(ctx)
	if err != nil {
		return err
	}
	if c.Execution == "" {
		return c.all(ctx, g, out, d)
	}
	m, x, err := d.find(ctx, c.Execution)
	if err != nil {
		return err
	}
	if c.Account != "" {
		return c.account(ctx, g, out, d, m, x)
	}
	return c.redrive(ctx, g, out, d, x)
}

func (c redriveCommand) redrive(ctx context.Context, g *globals, out *output, d *deployment, x *sfn.DescribeExecutionOutput) error {
	if x.RedriveStatus == types.ExecutionRedriveStatusNotRedrivable {
		return fmt.Errorf("%s cannot be redriven: %s", *x.Name, aws.ToString(x.RedriveStatusReason))
	}
	if _, err := d.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: x.ExecutionArn}); err != nil {
		return fmt.Errorf("redriving %s: %w", *x.Name, err)
	}
	return c.started(ctx, g, out, d, *x.ExecutionArn)
}

// account starts an execution for what failed for one account: Step Functions redrives a child execution only together
// with all others that failed.
func (c redriveCommand) account(ctx context.Context, g *globals, out *output, d *deployment, m machine, x *sfn.DescribeExecutionOutput) error {
	if m.does != collects {
		return fmt.Errorf("%s is no collect execution: leave --account out", *x.Name)
	}
	reports, err := d.reports(ctx, *x.ExecutionArn, []string{c.Account})
	if err != nil {
		return err
	}
	request, err := c.request(reports)
	if err != nil {
		return fmt.Errorf("%s: %w", *x.Name, err)
	}
	arn, err := d.request(ctx, "repair-"+c.Account, request)
	if err != nil {
		return err
	}
	return c.started(ctx, g, out, d, arn)
}

// request asks for the services and regions that failed on one date.
func (c redriveCommand) request(reports []merge.Report) (map[string]any, error) {
	regions, services, dates := map[string]bool{}, map[string]bool{}, map[string]string{}
	for _, report := range reports {
		for _, o := range report.Outcomes {
			if o.Status.Failure() && (c.Date == "" || c.Date == report.Date) {
				regions[report.Region], services[o.SourceName], dates[report.Date] = true, true, string(report.Interval)
			}
		}
	}
	switch len(dates) {
	case 0:
		return nil, fmt.Errorf("nothing failed for account %s", c.Account)
	case 1:
	default:
		return nil, fmt.Errorf("account %s failed on %v: choose one with --date", c.Account, slices.Sorted(maps.Keys(dates)))
	}
	request := map[string]any{
		"accounts": []string{c.Account}, "regions": slices.Sorted(maps.Keys(regions)), "services": slices.Sorted(maps.Keys(services)),
	}
	for date, interval := range dates {
		request["date"], request["interval"] = date, interval
	}
	return request, nil
}
