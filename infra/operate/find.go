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

// purpose tells a machine by its states: its name is what the deployment made it.
func (d *deployment) purpose(ctx context.Context, arn string) (string, error) {
	described, err := d.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
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

// machine is the one that does it.
func (d *deployment) machine(does string) (machine, error) {
	for _, m := range d.machines {
		if m.does == does {
			return m, nil
		}
	}
	return machine{}, fmt.Errorf("there is no state machine here that %ss", does)
}

// find returns an execution by its name or ARN.
func (d *deployment) find(ctx context.Context, execution string) (machine, *sfn.DescribeExecutionOutput, error) {
	for _, m := range d.machines {
		prefix := strings.Replace(m.arn, ":stateMachine:", ":execution:", 1) + ":"
		described, err := d.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(prefix + strings.TrimPrefix(execution, prefix))})
		if missing := (*types.ExecutionDoesNotExist)(nil); errors.As(err, &missing) || isInvalidARN(err) {
			continue
		}
		if err != nil {
			return machine{}, nil, fmt.Errorf("reading execution %s: %w", execution, err)
		}
		return m, described, nil
	}
	return machine{}, nil, fmt.Errorf("there is no execution %s: look for it with the command executions", execution)
}

func isInvalidARN(err error) bool {
	var invalid *types.InvalidArn
	return errors.As(err, &invalid)
}
