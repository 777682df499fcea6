package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"view360/infra/config"
)

type preflightCommand struct {
	Config      string `help:"Configuration of the deployment; without it, view360.yaml in this folder, if there is one." type:"path" placeholder:"FILE"`
	NoPaidCalls bool   `help:"Leave out the request to Cost Explorer, for which AWS charges one cent."`
	hubFlags
}

// Help returns the text of preflight --help.
func (preflightCommand) Help() string {
	return `Checks the account and region of the credentials, before the first deployment or when data are missing later, and
what view360.yaml needs there: organization, regions, quotas, database, bucket, QuickSight. It changes nothing. Each line is

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

// checks are all checks in the order of their lines. One that does not apply to the deployment has no line.
var checks = []struct {
	applies func(config.Config) bool // nil: always
	look    func(survey, context.Context) check
}{
	{nil, survey.checkCredentials},
	{nil, survey.checkBootstrap},
	{nil, survey.checkOrganization},
	{func(c config.Config) bool { return c.Name == "" || pullsOrganization(c) }, survey.checkTrustedAccess},
	{pullsOrganization, survey.checkAdministrator},
	{pullsOrganization, survey.checkUnits},
	{nil, survey.checkRegions},
	{func(c config.Config) bool { return c.Name != "" }, survey.checkSchedules},
	{readsAny("cost", "rispsavings"), survey.checkCostExplorer},
	{readsAny("trustedadvisor", "supporttickets", "health"), survey.checkSupportPlan},
	{readsAny("securityhub"), survey.checkSecurityHub},
	{readsAny("config", "configinventory"), survey.checkRecorder},
	{nil, survey.checkConcurrency},
	{createsDatabase, survey.checkEngine},
	{adoptsDatabase, survey.checkCluster},
	{func(c config.Config) bool { return c.Storage.Existing != nil }, survey.checkBucket},
	{func(c config.Config) bool { return c.QuickSight != nil }, survey.checkQuickSight},
}

// survey is what a check knows. The deployment is the zero Config if there is no view360.yaml.
type survey struct {
	cfg         aws.Config
	caller      caller
	deployment  config.Config
	noPaidCalls bool
}

// defaultConfig is the file of the configuration, beside cdk.json.
const defaultConfig = "view360.yaml"

// readDeployment returns the configuration of the deployment, the zero Config if there is none yet.
func (c preflightCommand) readDeployment() (config.Config, error) {
	path := c.Config
	if path == "" {
		if _, err := os.Stat(defaultConfig); errors.Is(err, fs.ErrNotExist) {
			return config.Config{}, nil
		}
		path = defaultConfig
	}
	deployment, err := config.Read(path)
	if err != nil {
		return config.Config{}, usageError{err}
	}
	return deployment, nil
}

// Run makes all checks side by side.
func (c preflightCommand) Run(ctx context.Context, out *output) error {
	deployment, err := c.readDeployment()
	if err != nil {
		return err
	}
	c.HubRegion = cmp.Or(c.HubRegion, deployment.Hub.Region)
	cfg, err := c.loadHubConfig(ctx)
	if err != nil {
		return err
	}
	s := survey{cfg: cfg, deployment: deployment, noPaidCalls: c.NoPaidCalls}
	if s.caller, err = findCaller(ctx, cfg); err != nil {
		return err
	}
	lines := s.makeChecks(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := out.printResult(lines); err != nil {
		return err
	}
	return checkClean(!slices.ContainsFunc(lines, func(c check) bool { return c.Verdict == todo }))
}

// makeChecks makes the checks that apply, side by side, and returns their lines in order.
func (s survey) makeChecks(ctx context.Context) checklist {
	lines := make(checklist, len(checks))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, c := range checks {
		if c.applies == nil || c.applies(s.deployment) {
			group.Go(func() error {
				lines[i] = c.look(s, groupCtx)
				return nil
			})
		}
	}
	_ = group.Wait() // a check that fails is a line
	return slices.DeleteFunc(lines, func(c check) bool { return c.What == "" })
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
	return slices.Contains([]string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden"}, errorCode(err))
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
