package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

type executionsCommand struct {
	Execution string   `arg:"" optional:"" help:"Name or ARN of one execution to show in full."`
	Accounts  []string `help:"Of one collect execution, every service of these accounts." name:"account" placeholder:"ID"`
	Limit     int32    `help:"How many executions of each state machine." default:"10"`
	Failed    bool     `help:"Only those that failed."`
}

// Help is shown by executions --help.
func (executionsCommand) Help() string {
	return `Without an execution: the newest of both state machines, with what failed and why. With one: all that it collected,
account by account, or all that it loaded, table by table.

Examples:
  go run ./infra/operate executions --failed
  go run ./infra/operate executions collect-20260311T020000.000Z
  go run ./infra/operate executions collect-20260311T020000.000Z --account 111122223333`
}

// Run shows recent executions, or one.
func (c executionsCommand) Run(ctx context.Context, g *globals, out *output) error {
	d, err := g.open(ctx)
	if err != nil {
		return err
	}
	if c.Execution == "" {
		return c.list(ctx, d, out)
	}
	m, described, err := d.find(ctx, c.Execution)
	if err != nil {
		return err
	}
	return d.show(ctx, out, m, described, c.Accounts)
}

// execution is one line of the list.
type execution struct {
	Machine    string   `json:"machine"` // collect or load
	Name       string   `json:"name"`
	ARN        string   `json:"arn"`
	Status     string   `json:"status"`
	Started    string   `json:"started"` // UTC
	DurationMS int64    `json:"duration_ms"`
	Redrives   int32    `json:"redrives"`
	Reasons    []string `json:"reasons,omitempty"` // what failed: account region service: reason
}

func (c executionsCommand) list(ctx context.Context, d *deployment, out *output) error {
	var list []execution
	for _, m := range d.machines {
		in := &sfn.ListExecutionsInput{StateMachineArn: &m.arn, MaxResults: c.Limit}
		if c.Failed {
			in.StatusFilter = types.ExecutionStatusFailed
		}
		page, err := d.ListExecutions(ctx, in)
		if err != nil {
			return fmt.Errorf("listing the executions of %s: %w", m.arn, err)
		}
		for _, item := range page.Executions {
			x, err := d.line(ctx, m, item)
			if err != nil {
				return err
			}
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b execution) int { return strings.Compare(b.Started, a.Started) })
	return out.print(executions(list))
}

// line asks for the cause of an execution that did not succeed.
func (d *deployment) line(ctx context.Context, m machine, item types.ExecutionListItem) (execution, error) {
	x := execution{
		Machine: m.does, Name: *item.Name, ARN: *item.ExecutionArn, Status: string(item.Status), Redrives: aws.ToInt32(item.RedriveCount),
		Started: item.StartDate.UTC().Format(time.RFC3339), DurationMS: tookSince(item.StartDate, item.StopDate, item.RedriveDate).Milliseconds(),
	}
	if item.Status == types.ExecutionStatusSucceeded || item.Status == types.ExecutionStatusRunning {
		return x, nil
	}
	described, err := d.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: item.ExecutionArn})
	if err != nil {
		return x, fmt.Errorf("reading execution %s: %w", x.Name, err)
	}
	x.Reasons = reasons(aws.ToString(described.Error), aws.ToString(described.Cause))
	return x, nil
}

// tookSince is how long an execution ran, since its last redrive where it has one.
func tookSince(started, stopped, redriven *time.Time) time.Duration {
	from := cmp.Or(redriven, started)
	if stopped == nil {
		return time.Since(*from)
	}
	return stopped.Sub(*from)
}

// shownReasons bounds the lines of one execution in a list.
const shownReasons = 5

// executions is a list, newest first.
type executions []execution

// MarshalJSON keeps an empty list a list.
func (list executions) MarshalJSON() ([]byte, error) {
	return json.Marshal(append([]execution{}, list...))
}

// Print writes a line for each execution and, below, what failed in it.
func (list executions) Print(w io.Writer) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "No executions yet. Start one: go run ./infra/operate collect")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.TabIndent)
	fmt.Fprintln(table, "MACHINE\tSTATUS\tSTARTED\tTOOK\tREDRIVES\tEXECUTION")
	for _, x := range list {
		took := (time.Duration(x.DurationMS) * time.Millisecond).Round(time.Second)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", x.Machine, x.Status, x.Started, took, x.Redrives, x.Name)
		for _, reason := range x.Reasons[:min(len(x.Reasons), shownReasons)] {
			fmt.Fprintf(table, "  %s\n", reason)
		}
		if more := len(x.Reasons) - shownReasons; more > 0 {
			fmt.Fprintf(table, "  and %d more: go run ./infra/operate executions %s\n", more, x.Name)
		}
	}
	return table.Flush()
}
