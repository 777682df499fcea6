package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/settle"
)

// newestFailed bounds how many failed loads are looked at.
const newestFailed = 1000

// redriveAll redrives all executions that listRepairable returns.
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

// listRepairable returns the newest failed collect execution and the loads that loaded only a part. A collect execution
// that succeeded later does not count: it may be of another interval or of past dates.
func (s *stateMachines) listRepairable(ctx context.Context) ([]*sfn.DescribeExecutionOutput, error) {
	var list []*sfn.DescribeExecutionOutput
	for _, m := range s.machines {
		in := &sfn.ListExecutionsInput{StateMachineArn: &m.arn, StatusFilter: types.ExecutionStatusFailed, MaxResults: newestFailed}
		if m.does == collects {
			in.MaxResults = 1
		}
		page, err := s.ListExecutions(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("listing the executions of %s: %w", m.arn, err)
		}
		for _, item := range page.Executions {
			x, err := s.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: item.ExecutionArn})
			if err != nil {
				return nil, fmt.Errorf("reading execution %s: %w", *item.Name, err)
			}
			worth := m.does == collects || aws.ToString(x.Error) == settle.PartialLoad
			if x.RedriveStatus == types.ExecutionRedriveStatusRedrivable && worth {
				list = append(list, x)
			}
		}
	}
	return list, nil
}
