package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/settle"
)

// newestFailed bounds how many failed executions of a machine are looked at.
const newestFailed = 1000

// redriveAll redrives all executions that listRepairable returns, and prints them before.
func (c redriveCommand) redriveAll(ctx context.Context, g *globals, out *output, s *stateMachines) error {
	if c.Account != "" {
		return errors.New("--account needs the name of an execution")
	}
	list, err := s.listRepairable(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 && !out.json {
		_, err := fmt.Fprintln(out.out, "Nothing to redrive.")
		return err
	}
	for _, x := range list {
		cause, _, _ := strings.Cut(fault.CauseMessage("", aws.ToString(x.Cause)), "\n")
		fmt.Fprintf(out.err, "redriving %s of %s: %s: %s\n", *x.Name, x.StopDate.UTC().Format(time.DateTime), aws.ToString(x.Error), cause)
	}
	var partial error
	for _, x := range list {
		err := c.redrive(ctx, g, out, s, x)
		if err != nil && !errors.Is(err, errPartial) {
			return err
		}
		partial = errors.Join(partial, err)
	}
	return partial
}

// listRepairable returns the newest collect execution, and all load executions, that ended with a failure that a redrive
// can repair. A collect execution that succeeded later does not count: it may be of another interval or of past dates.
func (s *stateMachines) listRepairable(ctx context.Context) ([]*sfn.DescribeExecutionOutput, error) {
	var list []*sfn.DescribeExecutionOutput
	for _, m := range s.machines {
		page, err := s.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &m.arn, StatusFilter: types.ExecutionStatusFailed, MaxResults: newestFailed})
		if err != nil {
			return nil, fmt.Errorf("listing the executions of %s: %w", m.arn, err)
		}
		for _, item := range page.Executions {
			x, err := s.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: item.ExecutionArn})
			if err != nil {
				return nil, fmt.Errorf("reading execution %s: %w", *item.Name, err)
			}
			if x.RedriveStatus != types.ExecutionRedriveStatusRedrivable || !isRepairable(m, aws.ToString(x.Error)) {
				continue
			}
			list = append(list, x)
			if m.does == collects {
				break
			}
		}
	}
	return list, nil
}

// isRepairable reports whether a redrive may end better than with the error: something was not collected or loaded, or AWS
// did not answer. A rejected object and a request that the plan refused stay what they are.
func isRepairable(m stateMachine, name string) bool {
	if m.does == collects {
		return name != outcome.TerminalError
	}
	return name != settle.RejectedSnapshot
}
