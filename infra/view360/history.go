package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"golang.org/x/sync/errgroup"

	"view360/shared/asl"
	"view360/shared/fault"
	"view360/shared/merge"
	"view360/shared/paging"
	"view360/shared/summary"
)

// historiesAtOnce stays below the quota of GetExecutionHistory.
const historiesAtOnce = 8

// readHistory reads the events of an execution that summaries need.
func (s *stateMachines) readHistory(ctx context.Context, arn string) ([]asl.Event, error) {
	var events []asl.Event
	pages := sfn.NewGetExecutionHistoryPaginator(s.Client, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("reading the history of %s: %w", arn, err)
		}
		for _, e := range page.Events {
			if event, wanted := toEvent(e); wanted {
				events = append(events, event)
			}
		}
	}
	return events, nil
}

// toEvent converts the events of states and of function results; summaries need no others.
func toEvent(e types.HistoryEvent) (asl.Event, bool) {
	event := asl.Event{ID: e.Id, Type: string(e.Type), Time: aws.ToTime(e.Timestamp)}
	switch {
	case e.StateEnteredEventDetails != nil:
		event.Details = &asl.Details{Name: aws.ToString(e.StateEnteredEventDetails.Name), Input: aws.ToString(e.StateEnteredEventDetails.Input)}
	case e.StateExitedEventDetails != nil:
		event.Details = &asl.Details{Name: aws.ToString(e.StateExitedEventDetails.Name), Output: aws.ToString(e.StateExitedEventDetails.Output)}
	case e.TaskSucceededEventDetails != nil:
		event.Details = &asl.Details{Output: aws.ToString(e.TaskSucceededEventDetails.Output)}
	}
	return event, event.Details != nil
}

// readReports reads the reports of a collect execution from the histories of its child executions, and returns those of
// the accounts, or all if there are none.
func (s *stateMachines) readReports(ctx context.Context, arn string, accounts []string) ([]merge.Report, error) {
	children, err := s.listChildren(ctx, arn)
	if err != nil {
		return nil, err
	}
	found := make([][]merge.Report, len(children))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(historiesAtOnce)
	for i, child := range children {
		group.Go(func() error {
			events, err := s.readHistory(ctx, child)
			found[i] = summary.ReadReports(events)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	reports := summary.JoinReports(slices.Concat(found...))
	return slices.DeleteFunc(reports, func(r merge.Report) bool {
		return len(accounts) > 0 && !slices.Contains(accounts, r.Account)
	}), nil
}

// listChildren lists the child executions of all map runs, the oldest map run first: a redrive starts another one.
func (s *stateMachines) listChildren(ctx context.Context, arn string) ([]string, error) {
	var runs []types.MapRunListItem
	for page, err := range paging.ReadPages(ctx, sfn.NewListMapRunsPaginator(s.Client, &sfn.ListMapRunsInput{ExecutionArn: &arn})) {
		if err != nil {
			return nil, fmt.Errorf("listing the map runs of %s: %w", arn, err)
		}
		runs = append(runs, page.MapRuns...)
	}
	slices.SortStableFunc(runs, func(a, b types.MapRunListItem) int { return a.StartDate.Compare(*b.StartDate) })
	var children []string
	for _, run := range runs {
		for page, err := range paging.ReadPages(ctx, sfn.NewListExecutionsPaginator(s.Client, &sfn.ListExecutionsInput{MapRunArn: run.MapRunArn})) {
			if err != nil {
				return nil, fmt.Errorf("listing the child executions of %s: %w", arn, err)
			}
			for _, child := range page.Executions {
				children = append(children, *child.ExecutionArn)
			}
		}
	}
	return children, nil
}

// splitReasons returns the lines of an execution's cause.
func splitReasons(name, cause string) []string {
	if name == "" && cause == "" {
		return nil
	}
	text := fault.CauseMessage("", cause)
	if !strings.HasPrefix(name, "View360.") {
		text = strings.TrimSuffix(name+": "+text, ": ")
	}
	return strings.Split(text, "\n")
}
