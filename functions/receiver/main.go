// Command receiver loads the snapshots under data/ of a bucket, with the load state machine in one process. It runs on an
// EC2 instance, for organizations that cannot load with Lambda, started by a timer or by the arrival of an object.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitFailed  = 1
	exitPartial = 3
)

// errPartial means that some snapshots were not loaded.
var errPartial = errors.New("some snapshots failed: see the log")

const description = `Loads the snapshots under data/ of a bucket into PostgreSQL, and moves them to loaded/.

Exit codes: 0 everything loaded; 1 could not run; 3 some snapshots failed (the log says which) and stay under data/.`

type cli struct {
	Drain drainCommand `cmd:"" help:"Load all snapshots under data/."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := runCommand(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// runCommand parses and runs the command line and returns the exit code.
func runCommand(ctx context.Context, args []string) int {
	var options cli
	parser := kong.Must(&options, kong.Name("receiver"), kong.Description(description), kong.UsageOnError())
	command, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	command.BindTo(ctx, (*context.Context)(nil))
	switch err := command.Run(); {
	case err == nil:
		return 0
	case errors.Is(err, errPartial):
		return exitPartial
	default:
		fmt.Fprintln(os.Stderr, "receiver:", err)
		return exitFailed
	}
}
