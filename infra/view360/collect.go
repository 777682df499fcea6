package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"
)

type collectCommand struct {
	collectFlags
	Date     string `help:"Run date, 2026-03-11 or 11-3-2026. A daily snapshot describes the day before, a longer one the period of the date. Default: the last complete period (UTC), and those that no run has taken since the last one." placeholder:"DATE"`
	Interval string `help:"DAILY, WEEKLY, MONTHLY or YEARLY." default:"DAILY" placeholder:"INTERVAL"`
}

// Help returns the text of collect --help.
func (collectCommand) Help() string {
	return `--out decides where. Without it, the command starts the collect state machine of the deployment, which loads what
it publishes. With --out DIR, it runs the same state machine in this process on the AWS that the SDK's default chain
names (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, …) and writes each snapshot to the folder when it is published. A file
that exists keeps the sections that were not collected now. What a process published before it was killed, or the disk was
full, the next one writes; --resume collects the rest.

A service that cannot be read fails with its reason; the snapshot is written without it. A run of some accounts,
regions or services is merged with what is stored for the date: it repairs a snapshot.

Examples:
  ` + calledAs + ` collect --wait
  ` + calledAs + ` collect --account 111122223333 --service guardduty,kms
  ` + calledAs + ` collect --date 2026-03-11 --resume
  ` + calledAs + ` collect --profile audit --region eu-west-1 --out snapshots
  ` + calledAs + ` load snapshots`
}

// Run collects one date.
func (c collectCommand) Run(ctx context.Context, g *globals, out *output) error {
	request := c.buildRequest()
	request["interval"] = c.Interval
	if c.Date != "" {
		request["date"] = c.Date
	}
	return c.collect(ctx, g, out, "collect", request)
}

// collectFlags are the flags of all commands that collect.
type collectFlags struct {
	Accounts   []string `help:"Accounts to collect (default: all that are covered)." name:"account" aliases:"accounts" placeholder:"ID"`
	Regions    []string `help:"Regions to collect (default: all that are covered)." name:"region" aliases:"regions" placeholder:"REGION"`
	Services   []string `help:"Services to collect, by their names or by the sections that they fill (default: all)." name:"service" aliases:"services" placeholder:"NAME"`
	ConfigMode string   `help:"AWS Config: delta (evaluations recorded in the window) or all (those of every resource)." default:"delta" enum:"delta,all" placeholder:"MODE"`
	Resume     bool     `help:"Collect only what is missing or failed for the date."`
	DryRun     bool     `help:"Print what would be collected and what Cost Explorer would cost, and collect nothing."`
	hereFlags
	deploymentFlags
	waitFlag
}

// Validate rejects flags of the other way to collect, and accounts that cannot be read.
func (f collectFlags) Validate(parsed *kong.Context) error {
	for _, element := range parsed.Path {
		if element.Flag == nil || element.Flag.Group == nil {
			continue
		}
		switch group := element.Flag.Group.Key; {
		case group == hereGroup && f.Out == "":
			return fmt.Errorf("--%s needs --out=DIR, which collects in this process", element.Flag.Name)
		case group == deploymentGroup && f.Out != "":
			return fmt.Errorf("--%s is for a deployment: leave out either it or --out", element.Flag.Name)
		}
	}
	return f.checkAccounts()
}

// buildRequest returns the input of the execution. The accounts and regions are set where they narrow what a deployment
// covers; in this process they are its settings.
func (f collectFlags) buildRequest() map[string]any {
	request := map[string]any{"config_mode": f.ConfigMode}
	lists := map[string][]string{"services": f.Services}
	if f.Out == "" {
		lists["accounts"], lists["regions"] = f.Accounts, f.Regions
	}
	for field, values := range lists {
		if len(values) > 0 {
			request[field] = values
		}
	}
	if f.Resume {
		request["resume"] = true
	}
	if f.DryRun {
		request["dry_run"] = true
	}
	return request
}

// collect runs or starts an execution, or estimates it. what begins its name.
func (f collectFlags) collect(ctx context.Context, g *globals, out *output, what string, request map[string]any) error {
	if err := checkRequest(request, f.Regions); err != nil {
		return err
	}
	if f.Out != "" {
		return f.collectHere(ctx, g, out, what, request)
	}
	machines, err := f.findStateMachines(ctx)
	if err != nil {
		return fmt.Errorf("%w (to collect in this process, add --out DIR)", err)
	}
	if f.EndpointURL == "" { // else it is not AWS that would be asked
		if err := checkMembers(ctx, machines.config, f.Accounts); err != nil {
			return err
		}
	}
	if f.DryRun {
		return machines.estimateCollect(ctx, g.poll, out, request)
	}
	arn, err := machines.startCollect(ctx, what, request)
	if err != nil {
		return err
	}
	return f.reportStart(ctx, g, out, machines, arn)
}
