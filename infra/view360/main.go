// Command view360 is View360 in one process: the same state machines and functions as on AWS, with an embedded PostgreSQL
// and object store, observing a simulated organisation or a real account.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

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

// errPartial: the work is done except for what the summary lists.
var errPartial = errors.New("some of it failed: see the summary above")

const description = `View360 in one process: collects from AWS and loads into PostgreSQL through the same state machines
and functions that "cdk deploy" puts on AWS.

Without a command it runs the demonstration: a simulated organisation is observed and loaded into an embedded
PostgreSQL, and shown at http://127.0.0.1:8360 until Ctrl-C.

Exit codes: 0 everything done; 1 could not run; 2 wrong usage; 3 done, but some of it failed (the summary says what).`

// partial is errPartial unless all is clean.
func partial(clean bool) error {
	if clean {
		return nil
	}
	return errPartial
}

type globals struct {
	State string `help:"Folder that keeps the embedded database and objects between runs." placeholder:"DIR" type:"path" default:"${state}"`
	Log   string `help:"Write the functions' JSON log to this file; - is standard error." placeholder:"FILE"`
}

type cli struct {
	globals
	Demo    demoCommand    `cmd:"" default:"withargs" help:"Run the demonstration (the default)."`
	Collect collectCommand `cmd:"" help:"Collect snapshots from AWS into a folder."`
	Load    loadCommand    `cmd:"" help:"Load snapshot files, folders of them, or s3://bucket/prefix."`
	Migrate migrateCommand `cmd:"" help:"Create or upgrade the database's schema and views."`
	Cost    costCommand    `cmd:"" help:"Print what View360 costs a month, by component and way to deploy."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var options cli
	code := -1
	parser, err := kong.New(&options, kong.Name("view360"), kong.Description(description), kong.UsageOnError(),
		kong.Writers(stdout, stderr), kong.Exit(func(c int) { code = c }), kong.Vars{"state": defaultState()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		fmt.Fprintln(stderr, "view360:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if code >= 0 { // help was printed
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "view360: %v\nTry: go run ./infra/view360 --help\n", err)
		return exitUsage
	}
	closeLog, err := startLog(options.Log, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "view360:", err)
		return exitUsage
	}
	defer closeLog()
	command.BindTo(ctx, (*context.Context)(nil))
	return exitCode(command.Run(&options.globals, &output{stdout, stderr}), stderr)
}

func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "view360: interrupted. What was published or loaded stays. To go on run the same command again; collect takes only what is missing with --resume.")
		return exitFailed
	default:
		fmt.Fprintln(stderr, "view360:", err)
		return exitFailed
	}
}

// output is where a command writes: results to out, progress to err.
type output struct{ out, err io.Writer }

func (o *output) print(asJSON bool, p summary.Printer) error { return summary.Write(o.out, asJSON, p) }

func defaultState() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "view360")
}

// startLog sends the functions' log to a file; by default there is none, because the progress and the summary say it.
func startLog(path string, stderr io.Writer) (func(), error) {
	switch path {
	case "":
		slog.SetDefault(slog.New(slog.DiscardHandler))
		return func() {}, nil
	case "-":
		slog.SetDefault(slog.New(slog.NewJSONHandler(stderr, nil)))
		return func() {}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(file, nil)))
	return func() { _ = file.Close() }, nil
}
