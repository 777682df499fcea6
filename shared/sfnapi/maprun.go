package sfnapi

import (
	"context"
	"slices"

	"view360/shared/asl"
)

type listMapRunsInput struct {
	pageInput
	executionInput
}

type mapRunItem struct {
	ExecutionARN    string    `json:"executionArn"`
	MapRunARN       string    `json:"mapRunArn"`
	StateMachineARN string    `json:"stateMachineArn"`
	StartDate       timestamp `json:"startDate"`
	StopDate        timestamp `json:"stopDate,omitzero"`
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html
func (a *api) listMapRuns(_ context.Context, in listMapRunsInput) (any, error) {
	x, err := a.findExecution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	runs, token, err := cutPage(x.MapRuns(), in.pageInput, func(run asl.MapRun) string { return run.ARN })
	if err != nil {
		return nil, err
	}
	out := struct {
		MapRuns   []mapRunItem `json:"mapRuns"`
		NextToken string       `json:"nextToken,omitempty"`
	}{[]mapRunItem{}, token}
	for _, run := range runs {
		out.MapRuns = append(out.MapRuns, mapRunItem{x.ARN, run.ARN, x.Machine.ARN(), timestamp(run.Started), timestamp(run.Stopped)})
	}
	return out, nil
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
func (a *api) describeMapRun(_ context.Context, in struct{ MapRunARN string }) (any, error) {
	run, err := a.findMapRun(in.MapRunARN)
	if err != nil {
		return nil, err
	}
	n := countChildren(run.Children)
	return struct {
		MapRunARN       string     `json:"mapRunArn"`
		ExecutionARN    string     `json:"executionArn"`
		Status          asl.Status `json:"status"`
		StartDate       timestamp  `json:"startDate"`
		StopDate        timestamp  `json:"stopDate,omitzero"`
		MaxConcurrency  int        `json:"maxConcurrency"`
		Percentage      float64    `json:"toleratedFailurePercentage"`
		Count           int        `json:"toleratedFailureCount"`
		ItemCounts      counts     `json:"itemCounts"`
		ExecutionCounts counts     `json:"executionCounts"`
		RedriveCount    int        `json:"redriveCount"`
		RedriveDate     timestamp  `json:"redriveDate,omitzero"`
	}{
		run.ARN, run.Execution, run.Status, timestamp(run.Started), timestamp(run.Stopped), run.MaxConcurrency,
		run.ToleratedPercentage, 0, n, n, run.RedriveCount, timestamp(run.Redriven),
	}, nil
}

// counts counts the items, or the child executions, of a map run by status.
type counts struct {
	Pending        int `json:"pending"`
	Running        int `json:"running"`
	Succeeded      int `json:"succeeded"`
	Failed         int `json:"failed"`
	TimedOut       int `json:"timedOut"`
	Aborted        int `json:"aborted"`
	Total          int `json:"total"`
	ResultsWritten int `json:"resultsWritten"`
}

// countChildren counts the children by status. Unread items are not known, so none is pending.
func countChildren(children []asl.Child) counts {
	n := counts{Total: len(children)}
	for _, child := range children {
		switch child.Status {
		case asl.Running:
			n.Running++
		case asl.Succeeded:
			n.Succeeded++
		case asl.TimedOut:
			n.TimedOut++
		case asl.Aborted:
			n.Aborted++
		default:
			n.Failed++
		}
	}
	return n
}

// listChildren lists the children of a map run, newest first.
func (a *api) listChildren(in listExecutionsInput) (any, error) {
	run, err := a.findMapRun(in.MapRunARN)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", redriven, notRedriven}, in.RedriveFilter) {
		return nil, newAPIError("ValidationException", "redriveFilter is %q: use %s or %s", in.RedriveFilter, redriven, notRedriven)
	}
	children := slices.DeleteFunc(run.Children, func(child asl.Child) bool {
		return in.StatusFilter != "" && child.Status != in.StatusFilter || in.RedriveFilter != "" && a.redriveState(child) != in.RedriveFilter
	})
	slices.Reverse(children)
	children, token, err := cutPage(children, in.pageInput, func(child asl.Child) string { return child.ARN })
	if err != nil {
		return nil, err
	}
	var list []*asl.Execution
	for _, child := range children {
		if x, known := a.engine.Lookup(child.ARN); known {
			list = append(list, x)
		}
	}
	return buildExecutionList(list, token, 1), nil // without an ItemBatcher, a child has one item
}

// The values of redriveFilter.
const (
	redriven    = "REDRIVEN"
	notRedriven = "NOT_REDRIVEN"
)

// redriveState returns the value of redriveFilter that selects a child.
func (a *api) redriveState(child asl.Child) string {
	if x, known := a.engine.Lookup(child.ARN); known && x.Describe().RedriveCount > 0 {
		return redriven
	}
	return notRedriven
}

// findMapRun returns a map run.
func (a *api) findMapRun(arn string) (asl.MapRun, error) {
	if resourceKind(arn) != "mapRun" {
		return asl.MapRun{}, newAPIError("InvalidArn", "Invalid Arn: '%s' is not the ARN of a map run", arn)
	}
	run, known := a.engine.MapRun(arn)
	if !known {
		return asl.MapRun{}, newAPIError("ResourceNotFound", "Resource not found: '%s'", arn)
	}
	return run, nil
}
