// Command receiver loads the snapshots that wait in a bucket, with the load state machine in one process: what runs on
// the EC2 instance of those who may not load with Lambda. A timer starts it, or the arrival of an object.
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

// errPartial: some snapshots are not loaded.
var errPartial = errors.New("some snapshots failed: see the log")

const description = `Loads the snapshots under data/ of a bucket into PostgreSQL, and moves them to loaded/.

Exit codes: 0 everything loaded; 1 could not run; 3 some snapshots failed (the log says which) and stay under data/.`

type cli struct {
	Drain drainCommand `cmd:"" help:"Load everything that waits under data/."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run is the whole program.
func run(ctx context.Context, args []string) int {
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
