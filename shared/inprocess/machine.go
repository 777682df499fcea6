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

// Orchestrator runs the state machines in this process and describes their executions as Step Functions does.
type Orchestrator struct{ engine asl.Engine }

// NewOrchestrator returns an orchestrator that calls functions, and reads map items from staging and writes results there. It
// reports every finished call to watch, which may be nil.
func NewOrchestrator(functions Functions, staging *object.Store, watch func(Call)) *Orchestrator {
	o := &Orchestrator{}
	o.engine.Invoke = functions.Invoke(watch)
	o.engine.OpenItems = func(ctx context.Context, _, key string) (io.ReadCloser, error) {
		body, _, err := staging.Open(ctx, object.Version{Key: key})
		return body, err
	}
	o.engine.WriteResult = func(ctx context.Context, _, key string, body io.Reader) error {
		_, err := staging.Put(ctx, key, body)
		return err
	}
	return o
}

// Engine returns the interpreter of the machines. Set its fields before the first run only.
func (o *Orchestrator) Engine() *asl.Engine { return &o.engine }

// OnEvaluation reports every evaluated JSONata expression to f. Call it before the first run.
func (o *Orchestrator) OnEvaluation(f func(asl.Evaluation)) { o.engine.Evaluated = f }

// Run executes a machine to its end.
func (o *Orchestrator) Run(ctx context.Context, m *asl.Machine, name string, input any) (*asl.Execution, error) {
	body, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("encoding the input of execution %s: %w", name, err)
	}
	return o.engine.Run(ctx, m, name, body), nil
}

// Redrive continues a failed execution and waits until it has ended again.
func (o *Orchestrator) Redrive(ctx context.Context, x *asl.Execution) error {
	return o.engine.Redrive(ctx, x)
}

// DescribeExecution implements the operation of the Step Functions API, for functions that call it.
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

// ParseMachine reads a definition after replacing its placeholders by the names of functions.
func ParseMachine(name string, definition []byte, functions map[string]string) (*asl.Machine, error) {
	placeholders := maps.Clone(functions)
	placeholders["Partition"] = "aws"
	m, err := asl.Parse(name, definition, placeholders)
	if err != nil {
		return nil, fmt.Errorf("reading the state machine %s (functions %v): %w", name, slices.Sorted(maps.Keys(functions)), err)
	}
	return m, nil
}
