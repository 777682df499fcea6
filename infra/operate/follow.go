package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// waiting is the flag of the commands that start something.
type waiting struct {
	Wait bool `help:"Wait until it has ended, show how far it is, and print what came of it."`
}

// started tells what runs now, and follows it when the user waits.
func (w waiting) started(ctx context.Context, g *globals, out *output, d *deployment, arn string) error {
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	if !w.Wait {
		if out.json {
			_, err := fmt.Fprintf(out.out, "{\"execution\":%q}\n", arn)
			return err
		}
		_, err := fmt.Fprintf(out.out, "Started %s. See how far it is: go run ./infra/operate executions %s\n", name, name)
		return err
	}
	x, err := d.follow(ctx, g.poll, out, arn)
	if err != nil {
		return err
	}
	m, _, err := d.find(ctx, arn)
	if err != nil {
		return err
	}
	if err := d.show(ctx, out, m, x, nil); err != nil {
		return err
	}
	if x.Status != types.ExecutionStatusSucceeded {
		return errPartial
	}
	return nil
}

// follow looks at an execution until it has ended, and tells when it got further.
func (d *deployment) follow(ctx context.Context, poll time.Duration, out *output, arn string) (*sfn.DescribeExecutionOutput, error) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	before := ""
	for {
		x, err := d.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		if err != nil {
			return nil, fmt.Errorf("reading execution %s: %w", arn, err)
		}
		if x.Status != types.ExecutionStatusRunning {
			return x, nil
		}
		now, err := d.distance(ctx, arn)
		if err != nil {
			return nil, err
		}
		if now != before {
			fmt.Fprintf(out.err, "%s %s\n", time.Now().Format(time.TimeOnly), now)
			before = now
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ticker.C:
		}
	}
}

// distance is how many accounts and dates of the newest map run are done.
func (d *deployment) distance(ctx context.Context, arn string) (string, error) {
	runs, err := d.ListMapRuns(ctx, &sfn.ListMapRunsInput{ExecutionArn: &arn})
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
	run, err := d.DescribeMapRun(ctx, &sfn.DescribeMapRunInput{MapRunArn: newest.MapRunArn})
	if err != nil {
		return "", fmt.Errorf("reading the map run of %s: %w", arn, err)
	}
	n := run.ItemCounts
	return fmt.Sprintf("%d of %d accounts and dates done, %d running", n.Total-n.Pending-n.Running, n.Total, n.Running), nil
}

// request starts a collect execution, with a name that says what it is.
func (d *deployment) request(ctx context.Context, what string, request map[string]any) (arn string, err error) {
	m, err := d.machine(collects)
	if err != nil {
		return "", err
	}
	input, err := json.Marshal(request)
	if err != nil {
		return "", fmt.Errorf("encoding the request: %w", err)
	}
	name := what + "-" + time.Now().UTC().Format("20060102T150405.000Z")
	started, err := d.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &m.arn, Name: &name, Input: aws.String(string(input))})
	if err != nil {
		return "", fmt.Errorf("starting an execution: %w", err)
	}
	return *started.ExecutionArn, nil
}
