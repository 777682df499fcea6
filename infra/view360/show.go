package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/asl"
	"view360/shared/summary"
)

// showExecution prints one execution as the local process does at its end.
func (s *stateMachines) showExecution(ctx context.Context, out *output, m stateMachine, x *sfn.DescribeExecutionOutput, accounts []string) error {
	if m.does == loads {
		return s.showLoad(ctx, out, x)
	}
	reports, err := s.readReports(ctx, *x.ExecutionArn, accounts)
	if err != nil {
		return err
	}
	ended := summary.NewCollectRun(*x.Name, reports, tookSince(x.StartDate, x.StopDate, x.RedriveDate))
	if err := out.printResult(ended); err != nil {
		return err
	}
	if out.json {
		return nil
	}
	if len(accounts) > 0 {
		if err := ended.PrintSources(out.out); err != nil {
			return err
		}
	}
	s.printVerdict(out, x)
	return nil
}

func (s *stateMachines) showLoad(ctx context.Context, out *output, x *sfn.DescribeExecutionOutput) error {
	events, err := s.readHistory(ctx, *x.ExecutionArn)
	if err != nil {
		return err
	}
	source := parseSource(aws.ToString(x.Input))
	end := asl.Description{Status: asl.Status(x.Status), Error: aws.ToString(x.Error), Cause: aws.ToString(x.Cause)}
	ended := &summary.LoadRun{DurationMS: tookSince(x.StartDate, x.StopDate, x.RedriveDate).Milliseconds()}
	if x.Status == types.ExecutionStatusRunning {
		fmt.Fprintf(out.err, "%s is still running\n", *x.Name)
	} else {
		ended.Add(summary.ReadLoadedSnapshot(source, source, end, events))
	}
	if err := out.printResult(ended); err != nil || out.json {
		return err
	}
	s.printVerdict(out, x)
	return nil
}

// parseSource returns the object that a load execution loads, from the input of a person or of an event.
func parseSource(input string) string {
	var in struct {
		Bucket, Key string
		Detail      struct {
			Bucket struct{ Name string }
			Object struct{ Key string }
		}
	}
	if json.Unmarshal([]byte(input), &in) != nil {
		return input
	}
	return fmt.Sprintf("s3://%s/%s", cmp.Or(in.Bucket, in.Detail.Bucket.Name), cmp.Or(in.Key, in.Detail.Object.Key))
}

// printVerdict prints the status of the execution and, if it failed, the next step.
func (s *stateMachines) printVerdict(out *output, x *sfn.DescribeExecutionOutput) {
	fmt.Fprintf(out.out, "\n%s %s, redriven %d times\n", *x.Name, x.Status, aws.ToInt32(x.RedriveCount))
	for _, reason := range splitReasons(aws.ToString(x.Error), aws.ToString(x.Cause)) {
		fmt.Fprintf(out.out, "  %s\n", reason)
	}
	switch {
	case x.RedriveStatus == types.ExecutionRedriveStatusRedrivable:
		fmt.Fprintf(out.out, "Run again what failed: %s redrive %s\n", calledAs, *x.Name)
	case x.RedriveStatusReason != nil && x.Status != types.ExecutionStatusSucceeded && x.Status != types.ExecutionStatusRunning:
		fmt.Fprintf(out.out, "It cannot be redriven: %s\n", *x.RedriveStatusReason)
	}
}
