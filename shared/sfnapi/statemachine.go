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
