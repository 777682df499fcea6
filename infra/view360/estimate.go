package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/plan"
)

// estimate describes what an execution would collect, and its price.
type estimate plan.Estimate

// Print writes the estimate as text.
func (e estimate) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, `Would take %d snapshots of an account and date, in %d objects for their regions, with %d collector runs,
and at most %d Cost Explorer requests, further pages of an answer aside: %.2f US dollars.
Nothing was collected.
`, e.Snapshots, e.Regions, e.Services, e.PaidRequests, e.PaidDollars)
	return err
}

// estimateHere plans in this process.
func estimateHere(ctx context.Context, out *output, handler plan.Handler, request map[string]any) error {
	now := time.Now()
	body, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("encoding the request: %w", err)
	}
	planned, err := handler.Handle(ctx, plan.Input{Request: body, Run: runName("estimate", now), Started: now})
	if err != nil {
		return err
	}
	return out.printResult(estimate(planned.Estimate))
}

// estimateCollect lets the deployed machine plan: its settings say which accounts and regions are covered.
func (m *stateMachines) estimateCollect(ctx context.Context, poll time.Duration, out *output, request map[string]any) error {
	arn, err := m.startCollect(ctx, "estimate", request)
	if err != nil {
		return err
	}
	x, err := m.followExecution(ctx, poll, io.Discard, arn)
	if err != nil {
		return err
	}
	if x.Status != types.ExecutionStatusSucceeded {
		return fmt.Errorf("planning ended with %v", splitReasons(aws.ToString(x.Error), aws.ToString(x.Cause)))
	}
	events, err := m.readHistory(ctx, arn)
	if err != nil {
		return err
	}
	for _, event := range events {
		if event.Type == "TaskStateExited" && event.Details.Name == "Plan" {
			var planned plan.Plan
			if err := json.Unmarshal([]byte(event.Details.Output), &planned); err != nil {
				return fmt.Errorf("reading the plan: %w", err)
			}
			return out.printResult(estimate(planned.Estimate))
		}
	}
	return errors.New("the execution planned nothing")
}
