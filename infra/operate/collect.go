package main

import (
	"context"
)

// narrowed are the flags that narrow what is collected.
type narrowed struct {
	Accounts []string `help:"Only these accounts (default: all that the deployment covers)." name:"account" placeholder:"ID"`
	Services []string `help:"Only these services, by their words or by the sections that they fill." name:"service" placeholder:"WORD"`
	Regions  []string `help:"Only these regions." name:"region" placeholder:"REGION"`
}

// request is the input of a collect execution.
func (n narrowed) request() map[string]any {
	request := map[string]any{}
	for field, values := range map[string][]string{"accounts": n.Accounts, "services": n.Services, "regions": n.Regions} {
		if len(values) > 0 {
			request[field] = values
		}
	}
	return request
}

type collectCommand struct {
	narrowed
	Date       string `help:"Run date, 2026-03-11 or 11-3-2026 (default: today, UTC)." placeholder:"DATE"`
	Interval   string `help:"DAILY, WEEKLY, MONTHLY or YEARLY." default:"DAILY" placeholder:"INTERVAL"`
	ConfigMode string `help:"delta: Config evaluations recorded in the window; all: those of every resource." default:"delta" enum:"delta,all"`
	Resume     bool   `help:"Only what is missing or failed for the date."`
	waiting
}

// Help is shown by collect --help.
func (collectCommand) Help() string {
	return `Starts the collect state machine. A narrowed run is merged with what is already there for the date: it repairs a
snapshot without collecting the rest again. What it publishes is loaded as it arrives.

Examples:
  go run ./infra/operate collect --wait
  go run ./infra/operate collect --account 111122223333 --service guardduty,kms
  go run ./infra/operate collect --date 2026-03-11 --resume`
}

// Run starts an execution.
func (c collectCommand) Run(ctx context.Context, g *globals, out *output) error {
	request := c.request()
	request["interval"], request["config_mode"] = c.Interval, c.ConfigMode
	if c.Date != "" {
		request["date"] = c.Date
	}
	if c.Resume {
		request["resume"] = true
	}
	d, err := g.open(ctx)
	if err != nil {
		return err
	}
	arn, err := d.request(ctx, "collect", request)
	if err != nil {
		return err
	}
	return c.started(ctx, g, out, d, arn)
}
