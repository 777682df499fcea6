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
	Accounts  []string `help:"Accounts of one collect execution to show service by service." name:"account" aliases:"accounts" placeholder:"ID"`
	Limit     int32    `help:"Number of executions of each state machine." default:"10" placeholder:"N"`
	Failed    bool     `help:"Only executions that failed."`
	deploymentFlags
}

// Help returns the text of executions --help.
func (executionsCommand) Help() string {
	return `Without an execution, lists the newest of both state machines, with the reasons of failures. With one, shows what it
collected, account by account, or what it loaded, table by table.

Examples:
  ` + calledAs + ` executions --failed
  ` + calledAs + ` executions collect-20260311T020000.000Z
  ` + calledAs + ` executions collect-20260311T020000.000Z --account 111122223333`
}

// Run shows recent executions, or one.
func (c executionsCommand) Run(ctx context.Context, out *output) error {
	machines, err := c.findStateMachines(ctx)
	if err != nil {
		return err
	}
	if c.Execution == "" {
		return c.listExecutions(ctx, machines, out)
	}
	m, x, err := machines.findExecution(ctx, c.Execution)
	if err != nil {
		return err
	}
	return machines.showExecution(ctx, out, m, x, c.Accounts)
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

func (c executionsCommand) listExecutions(ctx context.Context, s *stateMachines, out *output) error {
	var list []execution
	for _, m := range s.machines {
		in := &sfn.ListExecutionsInput{StateMachineArn: &m.arn, MaxResults: c.Limit}
		if c.Failed {
			in.StatusFilter = types.ExecutionStatusFailed
		}
		page, err := s.ListExecutions(ctx, in)
		if err != nil {
			return fmt.Errorf("listing the executions of %s: %w", m.arn, err)
		}
		for _, item := range page.Executions {
			x, err := s.describeExecution(ctx, m, item)
			if err != nil {
				return err
			}
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b execution) int { return strings.Compare(b.Started, a.Started) })
	return out.printResult(executions(list))
}

// describeExecution asks for the cause of an execution that did not succeed.
func (s *stateMachines) describeExecution(ctx context.Context, m stateMachine, item types.ExecutionListItem) (execution, error) {
	x := execution{
		Machine: m.does, Name: *item.Name, ARN: *item.ExecutionArn, Status: string(item.Status), Redrives: aws.ToInt32(item.RedriveCount),
		Started: item.StartDate.UTC().Format(time.RFC3339), DurationMS: tookSince(item.StartDate, item.StopDate, item.RedriveDate).Milliseconds(),
	}
	if item.Status == types.ExecutionStatusSucceeded || item.Status == types.ExecutionStatusRunning {
		return x, nil
	}
	described, err := s.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: item.ExecutionArn})
	if err != nil {
		return x, fmt.Errorf("reading execution %s: %w", x.Name, err)
	}
	x.Reasons = splitReasons(aws.ToString(described.Error), aws.ToString(described.Cause))
	return x, nil
}

// tookSince returns how long an execution ran since its last redrive, or since its start.
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
		_, err := fmt.Fprintln(w, "No executions yet. Start one: "+calledAs+" collect")
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
			fmt.Fprintf(table, "  and %d more: %s executions %s\n", more, calledAs, x.Name)
		}
	}
	return table.Flush()
}
