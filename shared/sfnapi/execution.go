package sfnapi

import (
	"context"
	"slices"
	"strings"

	"view360/shared/asl"
)

type executionInput struct{ ExecutionARN string }

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
func (a *api) describeExecution(_ context.Context, in executionInput) (any, error) {
	x, err := a.findExecution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	d, s := toDescription(x)
	out := struct {
		description
		Input               string    `json:"input"`
		InputDetails        included  `json:"inputDetails"`
		Output              string    `json:"output,omitempty"`
		OutputDetails       *included `json:"outputDetails,omitempty"`
		Error               string    `json:"error,omitempty"`
		Cause               string    `json:"cause,omitempty"`
		RedriveStatus       string    `json:"redriveStatus"`
		RedriveStatusReason string    `json:"redriveStatusReason,omitempty"`
	}{description: d, Input: string(x.Input), InputDetails: included{true}, Output: string(s.Output), Error: s.Error, Cause: s.Cause}
	if s.Status == asl.Succeeded {
		out.OutputDetails = &included{true}
	}
	out.RedriveStatus, out.RedriveStatusReason = x.RedriveStatus()
	return out, nil
}

type included struct {
	Included bool `json:"included"`
}

// findExecution returns an execution or a child of one.
func (a *api) findExecution(arn string) (*asl.Execution, error) {
	if kind := resourceKind(arn); kind != "execution" {
		return nil, newAPIError("InvalidArn", "Invalid Arn: '%s' is not the ARN of an execution", arn)
	}
	x, known := a.engine.Lookup(arn)
	if !known {
		return nil, newAPIError("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
	}
	return x, nil
}

// resourceKind returns the type of resource in an ARN of this API, such as execution; "" for other text.
func resourceKind(arn string) string {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "states" {
		return ""
	}
	return parts[5]
}

type listExecutionsInput struct {
	pageInput
	StateMachineARN, MapRunARN string
	StatusFilter               asl.Status
	RedriveFilter              string // REDRIVEN or NOT_REDRIVEN, of a map run's children; "" for both
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
func (a *api) listExecutions(_ context.Context, in listExecutionsInput) (any, error) {
	if (in.StateMachineARN == "") == (in.MapRunARN == "") {
		return nil, newAPIError("ValidationException", "name either stateMachineArn or mapRunArn")
	}
	if in.MapRunARN != "" {
		return a.listChildren(in)
	}
	if in.RedriveFilter != "" {
		return nil, newAPIError("ValidationException", "redriveFilter needs mapRunArn")
	}
	m, err := a.findMachine(in.StateMachineARN)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(a.engine.List(), func(x *asl.Execution) bool {
		return x.Machine.Name != m.Name || in.StatusFilter != "" && x.Describe().Status != in.StatusFilter
	})
	list, token, err := cutPage(list, in.pageInput, func(x *asl.Execution) string { return x.ARN })
	if err != nil {
		return nil, err
	}
	return buildExecutionList(list, token, 0), nil
}

// buildExecutionList returns a page of executions. An execution whose status changed since an earlier page may be missing
// or appear twice, as in the service.
// Items is the number of items of each child of a map run; 0 for others.
func buildExecutionList(list []*asl.Execution, token string, items int) any {
	out := struct {
		Executions []description `json:"executions"`
		NextToken  string        `json:"nextToken,omitempty"`
	}{[]description{}, token}
	for _, x := range list {
		d, _ := toDescription(x)
		d.ItemCount = items
		out.Executions = append(out.Executions, d)
	}
	return out
}

// description has the members that DescribeExecution and ListExecutions share.
type description struct {
	ExecutionARN    string     `json:"executionArn"`
	StateMachineARN string     `json:"stateMachineArn"`
	Name            string     `json:"name"`
	Status          asl.Status `json:"status"`
	StartDate       timestamp  `json:"startDate"`
	StopDate        timestamp  `json:"stopDate,omitzero"`
	MapRunARN       string     `json:"mapRunArn,omitempty"`
	ItemCount       int        `json:"itemCount,omitempty"` // in lists of children only
	RedriveCount    int        `json:"redriveCount"`
	RedriveDate     timestamp  `json:"redriveDate,omitzero"`
}

func toDescription(x *asl.Execution) (description, asl.Description) {
	s := x.Describe()
	return description{
		ExecutionARN: x.ARN, StateMachineARN: machineARN(x), Name: x.Name, Status: s.Status, MapRunARN: x.MapRun,
		StartDate: timestamp(s.Started), StopDate: timestamp(s.Stopped),
		RedriveCount: s.RedriveCount, RedriveDate: timestamp(s.Redriven),
	}, s
}

// machineARN returns the ARN of the state machine of an execution; that of a child has the label of its map.
func machineARN(x *asl.Execution) string {
	if label := mapLabel(x); label != "" {
		return x.Machine.ARN() + "/" + label
	}
	return x.Machine.ARN()
}

// mapLabel returns the label of the map that an execution is a child of; "" for others.
func mapLabel(x *asl.Execution) string {
	_, rest, _ := strings.Cut(x.MapRun, "/")
	label, _, _ := strings.Cut(rest, ":")
	return label
}
