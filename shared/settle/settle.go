// Package settle makes the failures of an execution visible where operators look, and repairable by the console's
// Redrive button: the Settle step ends the execution with a named error after everything that could be done is done.
// A redrive enters Settle again, which sees a redrive count that it has not used yet and hands back only what failed.
//
// The count comes from DescribeExecution and not from the state's arguments, so that nothing depends on whether Step
// Functions evaluates them again.
package settle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// API is the part of the Step Functions client that settle uses.
type API interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Partial is the error that ends an execution whose work is done except for what Cause lists. Its name is the error
// that the state machine shows.
type Partial struct {
	Name  string // View360.PartialSnapshot or View360.PartialLoad
	Lines []string
}

// The error names.
const (
	PartialSnapshot = "View360.PartialSnapshot"
	PartialLoad     = "View360.PartialLoad"
)

// maxLines keeps the cause short enough to read on a phone.
const maxLines = 40

func newPartial(name string, lines []string) *Partial {
	slices.Sort(lines)
	return &Partial{Name: name, Lines: slices.Compact(lines)}
}

// Error lists what failed and why, sorted, one line each.
func (p *Partial) Error() string {
	shown := p.Lines[:min(len(p.Lines), maxLines)]
	text := strings.Join(shown, "\n")
	if hidden := len(p.Lines) - len(shown); hidden > 0 {
		text += fmt.Sprintf("\nand %d more", hidden)
	}
	return text
}

// ErrorType is the error's name for the state machine.
func (p *Partial) ErrorType() string { return p.Name }

// redriveCount asks how often the execution was redriven.
func redriveCount(ctx context.Context, api API, execution string) (int, error) {
	described, err := api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		return 0, fmt.Errorf("asking for the redrive count: %w", err)
	}
	return int(aws.ToInt32(described.RedriveCount)), nil
}

// line shortens a reason to one line.
func line(format string, args ...any) string {
	const longest = 300
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	if len(text) > longest {
		text = text[:longest-3] + "..."
	}
	return strings.ToValidUTF8(text, "")
}
