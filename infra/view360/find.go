package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// findPurpose returns what a machine does. It looks at its states, because its name depends on the deployment.
func (s *stateMachines) findPurpose(ctx context.Context, arn string) (string, error) {
	described, err := s.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
	if err != nil {
		return "", fmt.Errorf("reading the state machine: %w", err)
	}
	var definition struct{ States map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(*described.Definition), &definition); err != nil {
		return "", fmt.Errorf("reading the definition of %s: %w", arn, err)
	}
	if _, has := definition.States["Snapshots"]; has {
		return collects, nil
	}
	if _, has := definition.States["Groups"]; has {
		return loads, nil
	}
	return "", fmt.Errorf("%s is not a state machine of View360", arn)
}

// findMachine returns the machine that collects or loads.
func (s *stateMachines) findMachine(does string) (stateMachine, error) {
	for _, m := range s.machines {
		if m.does == does {
			return m, nil
		}
	}
	return stateMachine{}, fmt.Errorf("no %s state machine found", does)
}

// findExecution returns an execution by its name or ARN.
func (s *stateMachines) findExecution(ctx context.Context, execution string) (stateMachine, *sfn.DescribeExecutionOutput, error) {
	for _, m := range s.machines {
		prefix := strings.Replace(m.arn, ":stateMachine:", ":execution:", 1) + ":"
		described, err := s.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(prefix + strings.TrimPrefix(execution, prefix))})
		if missing := (*types.ExecutionDoesNotExist)(nil); errors.As(err, &missing) || isInvalidARN(err) {
			continue
		}
		if err != nil {
			return stateMachine{}, nil, fmt.Errorf("reading execution %s: %w", execution, err)
		}
		return m, described, nil
	}
	return stateMachine{}, nil, fmt.Errorf("there is no execution %s: list them with %s executions", execution, calledAs)
}

func isInvalidARN(err error) bool {
	var invalid *types.InvalidArn
	return errors.As(err, &invalid)
}
