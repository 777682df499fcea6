// Package settle shows the failures of an execution to the operator, who can repair them with the console's Redrive
// button: after all other work is done, the Settle step ends the execution with a named error. A redrive enters Settle
// again, which sees a new redrive count and returns only what failed, to be done again.
//
// The count comes from DescribeExecution and not from the state's arguments, because Step Functions may keep their values
// over a redrive.
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

// The error names of executions. RejectedSnapshot is that of an object that is not a snapshot.
const (
	PartialSnapshot  = "View360.PartialSnapshot"
	PartialLoad      = "View360.PartialLoad"
	RejectedSnapshot = "View360.RejectedSnapshot"
)

// maxLines bounds the cause, so that it can be read on a phone.
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

// ErrorType returns the error's name for the state machine.
func (p *Partial) ErrorType() string { return p.Name }

// readRedriveCount returns how often the execution was redriven.
func readRedriveCount(ctx context.Context, api API, execution string) (int, error) {
	described, err := api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		return 0, fmt.Errorf("reading the redrive count of %s: %w", execution, err)
	}
	return int(aws.ToInt32(described.RedriveCount)), nil
}

// formatLine returns the formatted text as one line of at most 300 bytes.
func formatLine(format string, args ...any) string {
	const longest = 300
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	if len(text) > longest {
		text = text[:longest-3] + "..."
	}
	return strings.ToValidUTF8(text, "")
}
