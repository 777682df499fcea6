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
	Execution string `arg:"" optional:"" help:"Name or ARN of the execution (default: the newest collect execution, and all load executions, whose failure a redrive can repair)."`
	Account   string `help:"Account of a collect execution: a new execution collects only what failed for it." placeholder:"ID"`
	Date      string `help:"With --account, date of a backfill." placeholder:"2026-03-11"`
	deploymentFlags
	waitFlag
}

// Help returns the text of redrive --help.
func (redriveCommand) Help() string {
	return `Continues a failed execution, as the console's Redrive button does. A collect execution collects the failed services
again and publishes their snapshots again; a load execution loads the failed table groups. It can be repeated, within 14
days of the execution's end.

Without an execution, redrives the newest collect execution and all load executions that failed, and prints which. Invalid
requests and rejected objects are left out: to run them again would not help.

Examples:
  ` + calledAs + ` redrive
  ` + calledAs + ` redrive collect-20260311T020000.000Z --wait
  ` + calledAs + ` redrive collect-20260311T020000.000Z --account 111122223333`
}

// Run redrives the execution, or collects for one account what failed in it.
func (c redriveCommand) Run(ctx context.Context, g *globals, out *output) error {
	machines, err := c.findStateMachines(ctx)
	if err != nil {
		return err
	}
	if c.Execution == "" {
		return c.redriveAll(ctx, g, out, machines)
	}
	m, x, err := machines.findExecution(ctx, c.Execution)
	if err != nil {
		return err
	}
	if c.Account != "" {
		return c.repairAccount(ctx, g, out, machines, m, x)
	}
	return c.redrive(ctx, g, out, machines, x)
}

func (c redriveCommand) redrive(ctx context.Context, g *globals, out *output, s *stateMachines, x *sfn.DescribeExecutionOutput) error {
	if x.RedriveStatus == types.ExecutionRedriveStatusNotRedrivable {
		return fmt.Errorf("%s cannot be redriven: %s", *x.Name, aws.ToString(x.RedriveStatusReason))
	}
	if _, err := s.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: x.ExecutionArn}); err != nil {
		return fmt.Errorf("redriving %s: %w", *x.Name, err)
	}
	return c.reportStart(ctx, g, out, s, *x.ExecutionArn)
}

// repairAccount starts an execution for what failed for one account: Step Functions redrives a child execution only together
// with all others that failed.
func (c redriveCommand) repairAccount(ctx context.Context, g *globals, out *output, s *stateMachines, m stateMachine, x *sfn.DescribeExecutionOutput) error {
	if m.does != collects {
		return fmt.Errorf("%s is not a collect execution: leave out --account", *x.Name)
	}
	reports, err := s.readReports(ctx, *x.ExecutionArn, []string{c.Account})
	if err != nil {
		return err
	}
	request, err := c.buildRequest(reports)
	if err != nil {
		return fmt.Errorf("%s: %w", *x.Name, err)
	}
	arn, err := s.startCollect(ctx, "repair-"+c.Account, request)
	if err != nil {
		return err
	}
	return c.reportStart(ctx, g, out, s, arn)
}

// startCollect asks for the services and regions that failed on one date.
func (c redriveCommand) buildRequest(reports []merge.Report) (map[string]any, error) {
	regions, services, dates := map[string]bool{}, map[string]bool{}, map[string]string{}
	for _, report := range reports {
		for _, o := range report.Outcomes {
			if o.Status.IsFailure() && (c.Date == "" || c.Date == report.Date) {
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
