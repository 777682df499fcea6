// Command view360 runs View360 in one process and operates a deployed one. In one process it runs the state machines and
// functions of the deployment, with an embedded PostgreSQL and object store, on a simulated organization or a real
// account. To operate a deployment it calls Step Functions, of AWS or of another process, and prints the same summaries.
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
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"view360/shared/fault"
	"view360/shared/summary"
)

// Exit codes; see the help text.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3
)

var (
	// errPartial ends a command that did its work and reports something that needs attention.
	errPartial = errors.New("something failed or needs attention: see the output above")
	// errGoesOn ends a command that was interrupted while it waited for an execution of a deployment.
	errGoesOn = errors.New("interrupted. What was started goes on")
)

// usageError is a mistake in the arguments that shows only when the command runs.
type usageError struct{ error }

const description = `View360 reports what AWS accounts cost, run and expose.

Without a command it runs the demonstration: it collects a simulated organization, loads it into an embedded
PostgreSQL, and serves pages at http://127.0.0.1:8360 until Ctrl-C.

  In this process:      demo, collect --out, backfill --out, load, serve, query, migrate
  On a deployment:      serve, collect, backfill, executions, redrive
  Before a deployment:  preflight, cost

A deployment is found by the outputs CollectMachineArn and LoadMachineArn of its stacks, by --state-machine-arn, or by
--endpoint-url: the demonstration, for example, answers at http://127.0.0.1:8360.

Exit codes: 0 done; 1 could not run; 2 wrong usage; 3 done, but something failed or needs attention (see the output).`

type globals struct {
	State string `help:"Folder for the embedded database, the objects and the executions (default: ${state}; of the demonstration: ${demoState})." placeholder:"DIR" type:"path"`
	Log   string `help:"File for the JSON log of the functions; - is standard error." placeholder:"FILE"`
	JSON  bool   `help:"Print JSON instead of text."`

	command string        // name of the command that runs
	poll    time.Duration // how long to wait before reading an execution of a deployment again
	stdin   io.Reader     // answers questions
}

type cli struct {
	globals

	Demo       demoCommand       `cmd:"" default:"withargs" help:"Run the demonstration (the default command)."`
	Collect    collectCommand    `cmd:"" help:"Collect now: on the deployment, or with --out in this process."`
	Backfill   backfillCommand   `cmd:"" help:"Collect past dates: on the deployment, or with --out in this process."`
	Load       loadCommand       `cmd:"" help:"Load snapshot files, folders of them, or s3://bucket/prefix into PostgreSQL."`
	Serve      serveCommand      `cmd:"" help:"Serve the page over the stored database, or over that of a deployment."`
	Query      queryCommand      `cmd:"" help:"Run one SQL statement that reads, or list tables, views and columns."`
	Migrate    migrateCommand    `cmd:"" help:"Create or upgrade the schema and the views of a database."`
	Preflight  preflightCommand  `cmd:"" help:"Check whether an AWS account is ready for a deployment."`
	Verify     verifyCommand     `cmd:"" help:"Exercise a deployment after cdk deploy, and print what held."`
	Executions executionsCommand `cmd:"" help:"List the executions of a deployment, or show one."`
	Redrive    redriveCommand    `cmd:"" help:"Run again what failed in an execution."`
	Cost       costCommand       `cmd:"" help:"Estimate what View360 costs a month, by component and way to deploy."`
	Version    versionCommand    `cmd:"" help:"Print the version of this program."`
	Completion completionCommand `cmd:"" help:"Print the script that completes commands and flags in a shell."`
	Complete   completeCommand   `cmd:"" name:"__complete" passthrough:"" hidden:""`
}

// The groups of flags that only one way to collect has.
const (
	hereGroup       = "here"
	deploymentGroup = "deployment"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := runCommand(ctx, os.Args[1:], host{poll: 2 * time.Second, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, setLogger: slog.SetDefault})
	stop()
	os.Exit(code)
}

// host is the process that a command runs in.
type host struct {
	poll           time.Duration // sets globals.poll
	stdin          io.Reader     // sets globals.stdin
	stdout, stderr io.Writer
	setLogger      func(*slog.Logger) // sets the process's default logger
}

// runCommand parses the arguments, runs the command, and returns the exit code.
func runCommand(ctx context.Context, args []string, in host) int {
	stdout, stderr := in.stdout, in.stderr
	var options cli
	code := -1
	parser, err := kong.New(&options, kong.Name(programName), kong.Description(description),
		kong.Writers(stdout, stderr), kong.Exit(func(c int) { code = c }), kong.Vars{"state": defaultState(programName), "demoState": defaultState(demoStateName)},
		kong.ValueFormatter(formatHelp), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.ExplicitGroups([]kong.Group{
			{Key: hereGroup, Title: "In this process, with --out:"},
			{Key: deploymentGroup, Title: "On a deployment:"},
		}))
	if err != nil {
		return reportEnd(stderr, err)
	}
	command, err := parser.Parse(args)
	if code >= 0 { // help was printed
		return code
	}
	if err != nil {
		reportEnd(stderr, err)
		fmt.Fprintf(stderr, "Try: %s --help\n", calledAs)
		return exitUsage
	}
	logger, closeLog, err := openLog(options.Log, stderr)
	if err != nil {
		return reportEnd(stderr, err)
	}
	defer closeLog()
	in.setLogger(logger)
	options.poll, options.stdin, options.command = in.poll, in.stdin, command.Selected().Name
	options.chooseState()
	command.BindTo(ctx, (*context.Context)(nil))
	return reportEnd(stderr, command.Run(&options.globals, &output{stdout, stderr, options.JSON}))
}

// reportEnd prints how a command ended, unless the command did, and returns the exit code.
func reportEnd(stderr io.Writer, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, errGoesOn):
		fmt.Fprintf(stderr, "%s: %v: %s executions\n", programName, err, calledAs)
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "%s: interrupted. What was published or loaded stays. Run the same command again to continue; "+
			"collect and backfill take only what is missing with --resume.\n", programName)
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "%s: %v\n", programName, err)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "%s: %s\n", programName, describeError(err))
	}
	return exitFailed
}

// describeError returns the text of err; if the user's own setup is wrong, what to do and what AWS said.
func describeError(err error) string {
	advice := fault.Advice(err)
	if advice == "" {
		return err.Error()
	}
	if said := fault.FindAWSError(err); said != nil {
		return fmt.Sprintf("%s\n(%s: %s: %s)", advice, said.Operation, said.Code, said.Message)
	}
	return advice
}

// checkClean returns errPartial unless a run needs no attention.
func checkClean(clean bool) error {
	if clean {
		return nil
	}
	return errPartial
}

// output is where a command writes: results to out, progress to err.
type output struct {
	out, err io.Writer
	json     bool
}

// sayWaiting says which database has not answered yet. It never prints the password.
func (o *output) sayWaiting(endpoint string, reason error) {
	why := "no answer yet"
	if reason != nil {
		why = strings.Join(strings.Fields(reason.Error()), " ") // the driver has a line for each attempt
	}
	fmt.Fprintf(o.err, "Waiting for the database at %s: %s\n", endpoint, why)
}

// printResult prints a result as text or as one line of JSON.
func (o *output) printResult(p summary.Printer) error { return summary.Write(o.out, o.json, p) }

const programName = "view360"

// calledAs is the command that the user types to run this program.
var calledAs = findCalledAs(os.Args[0])

// goRunFolder matches the folders in which go run and go test put a program, and the cache of go run.
var goRunFolder = regexp.MustCompile(`/go-build|/[0-9a-f]{64}-d/`)

func findCalledAs(executable string) string {
	if goRunFolder.MatchString(filepath.ToSlash(executable)) {
		return "go run ./infra/view360"
	}
	return executable
}

// formatHelp adds the default of a flag to its help.
func formatHelp(value *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(value)
	if value.Default == "" || value.IsBool() {
		return help
	}
	return strings.TrimSuffix(help, ".") + " (default: " + value.Default + ")."
}

// demoStateName is the folder of the demonstration: what it invents never lies beside what collect and load have stored.
const demoStateName = programName + "-demo"

// chooseState sets the state folder unless the user named one.
func (g *globals) chooseState() {
	switch {
	case g.State != "":
	case g.command == "demo":
		g.State = defaultState(demoStateName)
	default:
		g.State = defaultState(programName)
	}
}

// defaultState returns a folder in the user's cache directory.
func defaultState(name string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, name)
}

// openLog returns the logger of the functions. Without a path it drops all: progress and summary say the same.
func openLog(path string, stderr io.Writer) (logger *slog.Logger, closeLog func(), err error) {
	switch path {
	case "":
		return slog.New(slog.DiscardHandler), func() {}, nil
	case "-":
		return slog.New(slog.NewJSONHandler(stderr, nil)), func() {}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the log: %w", err)
	}
	return slog.New(slog.NewJSONHandler(file, nil)), func() { _ = file.Close() }, nil
}
