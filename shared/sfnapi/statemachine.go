package sfnapi

import (
	"context"

	"view360/shared/asl"
)

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html
func (a *api) listStateMachines(_ context.Context, in pageInput) (any, error) {
	machines, token, err := cutPage(a.engine.Machines(), in, (*asl.Machine).ARN)
	if err != nil {
		return nil, err
	}
	out := struct {
		StateMachines []stateMachine `json:"stateMachines"`
		NextToken     string         `json:"nextToken,omitempty"`
	}{[]stateMachine{}, token}
	for _, m := range machines {
		out.StateMachines = append(out.StateMachines, a.toStateMachine(m))
	}
	return out, nil
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
func (a *api) describeStateMachine(_ context.Context, in struct{ StateMachineARN string }) (any, error) {
	m, err := a.findMachine(in.StateMachineARN)
	if err != nil {
		return nil, err
	}
	return struct {
		stateMachine
		Status      string `json:"status"`
		Definition  string `json:"definition"`
		Description string `json:"description,omitempty"`
		RoleARN     string `json:"roleArn"`
	}{a.toStateMachine(m), "ACTIVE", string(m.Definition), m.Comment, asl.RoleARN}, nil
}

// describeStateMachineForExecution also says of a child which map run it is of.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html
func (a *api) describeStateMachineForExecution(_ context.Context, in executionInput) (any, error) {
	x, err := a.findExecution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	return struct {
		ARN        string    `json:"stateMachineArn"`
		Name       string    `json:"name"`
		Definition string    `json:"definition"`
		RoleARN    string    `json:"roleArn"`
		UpdateDate timestamp `json:"updateDate"`
		MapRunARN  string    `json:"mapRunArn,omitempty"`
		Label      string    `json:"label,omitempty"`
	}{machineARN(x), x.Machine.Name, string(x.Machine.Definition), asl.RoleARN, timestamp(a.since), x.MapRun, mapLabel(x)}, nil
}

// stateMachine has the members that ListStateMachines and DescribeStateMachine share.
type stateMachine struct {
	ARN          string    `json:"stateMachineArn"`
	Name         string    `json:"name"`
	Type         string    `json:"type"`
	CreationDate timestamp `json:"creationDate"`
}

func (a *api) toStateMachine(m *asl.Machine) stateMachine {
	return stateMachine{m.ARN(), m.Name, "STANDARD", timestamp(a.since)}
}

// findMachine returns a state machine.
func (a *api) findMachine(arn string) (*asl.Machine, error) {
	if resourceKind(arn) != "stateMachine" {
		return nil, newAPIError("InvalidArn", "Invalid Arn: '%s' is not the ARN of a state machine", arn)
	}
	for _, m := range a.engine.Machines() {
		if m.ARN() == arn {
			return m, nil
		}
	}
	return nil, newAPIError("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
}
