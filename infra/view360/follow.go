package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// waitFlag is the flag of the commands that start an execution.
type waitFlag struct {
	Wait bool `help:"Wait for the end, show the progress, and print the summary." group:"deployment"`
}

// reportStart prints what was started, or with --wait follows it to its end.
func (w waitFlag) reportStart(ctx context.Context, g *globals, out *output, s *stateMachines, arn string) error {
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	if !w.Wait {
		if out.json {
			_, err := fmt.Fprintf(out.out, "{\"execution\":%q}\n", arn)
			return err
		}
		_, err := fmt.Fprintf(out.out, "Started %s. See its progress: %s executions %s\n", name, calledAs, name)
		return err
	}
	x, err := s.followExecution(ctx, g.poll, out.err, arn)
	if ctx.Err() != nil {
		return errGoesOn
	}
	if err != nil {
		return err
	}
	m, _, err := s.findExecution(ctx, arn)
	if err != nil {
		return err
	}
	if err := s.showExecution(ctx, out, m, x, nil); err != nil {
		return err
	}
	return checkClean(x.Status == types.ExecutionStatusSucceeded)
}

// followExecution polls an execution until it has ended, and prints its progress.
func (s *stateMachines) followExecution(ctx context.Context, poll time.Duration, progress io.Writer, arn string) (*sfn.DescribeExecutionOutput, error) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	before := ""
	for {
		x, err := s.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		if err != nil {
			return nil, fmt.Errorf("reading execution %s: %w", arn, err)
		}
		if x.Status != types.ExecutionStatusRunning {
			return x, nil
		}
		now, err := s.describeProgress(ctx, arn)
		if err != nil {
			return nil, err
		}
		if now != before {
			fmt.Fprintf(progress, "%s %s\n", time.Now().Format(time.TimeOnly), now)
			before = now
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ticker.C:
		}
	}
}

// describeProgress counts the accounts and dates of the newest map run.
func (s *stateMachines) describeProgress(ctx context.Context, arn string) (string, error) {
	runs, err := s.ListMapRuns(ctx, &sfn.ListMapRunsInput{ExecutionArn: &arn})
	if err != nil {
		return "", fmt.Errorf("listing the map runs of %s: %w", arn, err)
	}
	var newest *types.MapRunListItem
	for i, run := range runs.MapRuns {
		if newest == nil || run.StartDate.After(*newest.StartDate) {
			newest = &runs.MapRuns[i]
		}
	}
	if newest == nil {
		return "running", nil
	}
	run, err := s.DescribeMapRun(ctx, &sfn.DescribeMapRunInput{MapRunArn: newest.MapRunArn})
	if err != nil {
		return "", fmt.Errorf("reading the map run of %s: %w", arn, err)
	}
	n := run.ItemCounts
	return fmt.Sprintf("%d of %d accounts and dates done, %d running", n.Total-n.Pending-n.Running, n.Total, n.Running), nil
}

// startCollect starts a collect execution, with a name that says what it is.
func (s *stateMachines) startCollect(ctx context.Context, what string, request map[string]any) (arn string, err error) {
	m, err := s.findMachine(collects)
	if err != nil {
		return "", err
	}
	input, err := json.Marshal(request)
	if err != nil {
		return "", fmt.Errorf("encoding the request: %w", err)
	}
	name := runName(what, time.Now())
	started, err := s.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &m.arn, Name: &name, Input: aws.String(string(input))})
	if ctx.Err() != nil {
		return "", errGoesOn
	}
	if err != nil {
		return "", fmt.Errorf("starting an execution: %w", err)
	}
	return *started.ExecutionArn, nil
}
