package inprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/asl"
	"view360/shared/object"
)

// Orchestrator runs the machines in this process, and answers for their executions as Step Functions would.
type Orchestrator struct{ engine asl.Engine }

// NewOrchestrator returns an orchestrator that calls functions and reads map items from staging. watch is told about
// every finished call and may be nil.
func NewOrchestrator(functions Functions, staging *object.Store, watch func(Call)) *Orchestrator {
	o := &Orchestrator{}
	o.engine.Invoke = functions.Invoke(watch)
	o.engine.OpenItems = func(ctx context.Context, _, key string) (io.ReadCloser, error) {
		body, _, err := staging.Open(ctx, object.Version{Key: key})
		return body, err
	}
	return o
}

// Engine is what runs the machines. Its fields may be set before the first run.
func (o *Orchestrator) Engine() *asl.Engine { return &o.engine }

// OnEvaluation tells f about every JSONata expression that is evaluated. Call it before the first run.
func (o *Orchestrator) OnEvaluation(f func(asl.Evaluation)) { o.engine.Evaluated = f }

// Run executes a machine to its end.
func (o *Orchestrator) Run(ctx context.Context, m *asl.Machine, name string, input any) (*asl.Execution, error) {
	body, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("encoding the input of execution %s: %w", name, err)
	}
	return o.engine.Run(ctx, m, name, body), nil
}

// Redrive continues an execution that did not succeed.
func (o *Orchestrator) Redrive(ctx context.Context, x *asl.Execution) error {
	return o.engine.Redrive(ctx, x)
}

// DescribeExecution answers as the Step Functions API does, for the functions that ask.
func (o *Orchestrator) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	x, known := o.engine.Lookup(*in.ExecutionArn)
	if !known {
		return nil, &sfntypes.ExecutionDoesNotExist{Message: in.ExecutionArn}
	}
	s := x.Describe()
	redrives := int32(s.RedriveCount)
	input := string(x.Input)
	return &sfn.DescribeExecutionOutput{
		ExecutionArn: &x.ARN, Name: &x.Name, Input: &input, StartDate: &s.Started,
		Status: sfntypes.ExecutionStatus(s.Status), RedriveCount: &redrives,
	}, nil
}

// ParseMachine reads a definition whose function placeholders are filled with function names.
func ParseMachine(name string, definition []byte, functions map[string]string) (*asl.Machine, error) {
	placeholders := maps.Clone(functions)
	placeholders["Partition"] = "aws"
	m, err := asl.Parse(name, definition, placeholders)
	if err != nil {
		return nil, fmt.Errorf("reading the state machine %s (functions %v): %w", name, slices.Sorted(maps.Keys(functions)), err)
	}
	return m, nil
}
