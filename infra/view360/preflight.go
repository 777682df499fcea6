package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"
)

type preflightCommand struct {
	NoPaidCalls bool `help:"Leave out the request to Cost Explorer, for which AWS charges one cent."`
	hubFlags
}

// Help returns the text of preflight --help.
func (preflightCommand) Help() string {
	return `Checks the account and region of the credentials, before the first deployment or when data are missing later. It
changes nothing. Each line is

  ok    as it should be
  note  View360 works, with less to show
  todo  what to do before it works

and the exit code is 3 when there is something to do.`
}

// The verdicts of a check.
const (
	ok   = "ok"
	note = "note"
	todo = "todo"
)

// check is the result of one check.
type check struct {
	What    string `json:"check"`
	Verdict string `json:"verdict"`
	Text    string `json:"text"`
}

// Run makes all checks side by side.
func (c preflightCommand) Run(ctx context.Context, out *output) error {
	cfg, err := c.loadHubConfig(ctx)
	if err != nil {
		return err
	}
	caller, err := findCaller(ctx, cfg)
	if err != nil {
		return err
	}
	checks := []func(context.Context, aws.Config) check{
		caller.checkCredentials, caller.checkBootstrap, checkOrganization, checkTrustedAccess, checkRegions, checkCostExplorer, checkSupportPlan, checkSecurityHub, checkConcurrency,
	}
	if c.NoPaidCalls {
		checks[5] = func(context.Context, aws.Config) check {
			return check{"cost explorer", note, "not asked: --no-paid-calls"}
		}
	}
	lines := make(checklist, len(checks))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, look := range checks {
		group.Go(func() error {
			lines[i] = look(groupCtx, cfg)
			return nil
		})
	}
	_ = group.Wait() // a check that fails is a line
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := out.printResult(lines); err != nil {
		return err
	}
	return checkClean(!slices.ContainsFunc(lines, func(c check) bool { return c.Verdict == todo }))
}

// checklist has the results in a fixed order.
type checklist []check

// Print writes a line for each check.
func (list checklist) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Verdict, c.What, c.Text)
	}
	return table.Flush()
}

// errorCode returns the error code of a response of AWS, "" for other errors.
func errorCode(err error) string {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return ""
	}
	return answer.ErrorCode()
}

// isAccessDenied reports whether the credentials may not look.
func isAccessDenied(err error) bool {
	return slices.Contains([]string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}, errorCode(err))
}

// reportUnknown returns the line of a check that failed itself.
func reportUnknown(what, action string, err error) check {
	if isAccessDenied(err) {
		return check{what, todo, "the credentials may not call " + action + ": allow it, or let an administrator run this command"}
	}
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return check{what, todo, fmt.Sprintf("%s: %s", action, cmp.Or(answer.ErrorMessage(), answer.ErrorCode()))}
	}
	return check{what, todo, fmt.Sprintf("%s: %v", action, err)}
}
