// Command operate is what an operator does with View360 where it is deployed: see whether an account is ready, what the
// last runs did and why something failed, run again what failed, collect now, and fill in the past. It talks to Step
// Functions, on AWS or of the local process, and prints what the local process prints.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"view360/shared/summary"
)

// Exit codes; see the help text.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3
)

// errPartial: the command did its work and reports something that needs attention.
var errPartial = errors.New("something needs attention: see above")

const description = `Operate View360: see what ran and why it failed, run again what failed, collect now, fill in the past.

The state machines are found by the outputs CollectMachineArn and LoadMachineArn of the stacks, or named with
--state-machine-arn. For the local process: --endpoint-url http://127.0.0.1:8360

Exit codes: 0 done; 1 could not do it; 2 wrong usage; 3 done, but something failed or needs attention (the output says what).`

type globals struct {
	Profile         string   `help:"AWS profile (default: what AWS_PROFILE and the rest of the SDK's chain say)." placeholder:"NAME"`
	HubRegion       string   `help:"Region of the hub (default: that of the profile)." placeholder:"REGION"`
	Name            string   `help:"What the names of the stacks begin with (default: ${default})." default:"View360" placeholder:"NAME"`
	StateMachineARN []string `help:"State machines to work on, instead of those of the stacks." name:"state-machine-arn" placeholder:"ARN"`
	EndpointURL     string   `help:"Step Functions of another place, such as the local process." name:"endpoint-url" env:"VIEW360_ENDPOINT_URL" placeholder:"URL"`
	JSON            bool     `help:"Print JSON instead of text."`

	poll time.Duration // how often to look at an execution that is waited for
}

type cli struct {
	globals

	Preflight  preflightCommand  `cmd:"" help:"Check that an account is ready: one line each, ok or what to do."`
	Executions executionsCommand `cmd:"" help:"Show recent runs, or one run account by account and service by service."`
	Redrive    redriveCommand    `cmd:"" help:"Run again what failed in an execution."`
	Collect    collectCommand    `cmd:"" help:"Collect now, everything or only some accounts and services."`
	Backfill   backfillCommand   `cmd:"" help:"Collect the past, day by day."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], 2*time.Second, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program; poll is how often it looks at an execution that it waits for.
func run(ctx context.Context, args []string, poll time.Duration, stdout, stderr io.Writer) int {
	var options cli
	code := -1
	parser, err := kong.New(&options, kong.Name("operate"), kong.Description(description), kong.UsageOnError(),
		kong.Writers(stdout, stderr), kong.Exit(func(c int) { code = c }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		fmt.Fprintln(stderr, "operate:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if code >= 0 { // help was printed
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "operate: %v\nTry: go run ./infra/operate --help\n", err)
		return exitUsage
	}
	options.poll = poll
	command.BindTo(ctx, (*context.Context)(nil))
	return exitCode(command.Run(&options.globals, &output{stdout, stderr, options.JSON}), stderr)
}

func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "operate: interrupted. What was started goes on: look at it with the command executions.")
		return exitFailed
	default:
		fmt.Fprintln(stderr, "operate:", err)
		return exitFailed
	}
}

// output is where a command writes: results to out, progress to err.
type output struct {
	out, err io.Writer
	json     bool
}

func (o *output) print(p summary.Printer) error { return summary.Write(o.out, o.json, p) }
