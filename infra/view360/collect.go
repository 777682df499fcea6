package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"view360/shared/awsconf"
	"view360/shared/collectors"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/summary"
)

type collectCommand struct {
	coverage   `embed:""`
	Out        string   `help:"Folder for the snapshots: DIR/data/{account}/{region}/{date}_{INTERVAL}.json." placeholder:"DIR" type:"path"`
	Date       string   `help:"Run date, 2026-03-11 or 11-3-2026 (default: today, UTC). A daily snapshot describes the day before." placeholder:"DATE"`
	Interval   string   `help:"DAILY, WEEKLY, MONTHLY or YEARLY." default:"DAILY" placeholder:"INTERVAL"`
	History    bool     `help:"Backfill: a daily snapshot for each date from --start to --end."`
	Start      string   `help:"First date of a backfill (default: 1 January of the last date's year)." placeholder:"DATE"`
	End        string   `help:"Last date of a backfill (default: today)." placeholder:"DATE"`
	Services   []string `help:"Services to collect, by their words or by the sections that they fill (default: all)." placeholder:"WORD,…"`
	ConfigMode string   `help:"delta: Config evaluations recorded in the window; all: those of every resource." default:"delta" enum:"delta,all"`
	Resume     bool     `help:"Collect only what is missing or failed for the date."`
	DryRun     bool     `help:"Say what would be collected and what Cost Explorer would cost, and collect nothing."`
	Profile    string   `help:"AWS profile (default: what AWS_PROFILE and the rest of the SDK's chain say)." placeholder:"NAME"`
	JSON       bool     `help:"Print the summary as one JSON object."`
}

// Validate wants a folder for what is collected.
func (c collectCommand) Validate() error {
	if c.Out == "" && !c.DryRun {
		return errors.New("missing flags: --out=DIR")
	}
	return nil
}

// Help is shown by collect --help.
func (collectCommand) Help() string {
	return `Runs the collect state machine against the AWS that the SDK's default chain names: AWS_PROFILE,
AWS_REGION, AWS_ENDPOINT_URL and the rest are honoured. What cannot be read becomes a failed service with
its reason; the snapshot is written all the same.

Examples:
  go run ./infra/view360 collect --profile audit --out snapshots
  go run ./infra/view360 collect --regions eu-west-1 --services kms,guardduty --out snapshots
  go run ./infra/view360 collect --history --start 1-1-2026 --end 31-1-2026 --dry-run
  go run ./infra/view360 load snapshots`
}

// Run collects and copies the snapshots to the folder.
func (c collectCommand) Run(ctx context.Context, g *globals, out *output) error {
	objects, err := openObjects(g.State)
	if err != nil {
		return err
	}
	defer objects.Close()
	cfg, err := awsconf.Load(ctx, config.WithSharedConfigProfile(c.Profile))
	if err != nil {
		return err
	}
	if cfg.Region == "" {
		cfg.Region = c.HomeRegion
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return fmt.Errorf("no AWS credentials: name a profile with --profile or AWS_PROFILE, log in with 'aws sso login', or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: %w", err)
	}
	staging, data := objects.bucket(stagingBucket), objects.bucket(dataBucket)
	settings, err := c.settings()
	if err != nil {
		return err
	}
	started := time.Now()
	if c.DryRun {
		return c.estimate(ctx, plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: cfg}, Staging: staging}, out, started)
	}
	d := newDeployment(staging)
	removeExecutions, err := d.keepWhileRunning(g.State)
	if err != nil {
		return err
	}
	defer removeExecutions()
	if err := d.addCollect(collectors.All, cfg, settings, staging, data); err != nil {
		return err
	}
	shown := newProgress(out.err, c.JSON)
	result, err := collector{d, staging, shown}.collect(ctx, runName("collect", started), c.request())
	shown.stop()
	// What was published before an interrupt is whole: it is exported too, so that --resume has only the rest to do.
	if err := errors.Join(err, c.export(context.WithoutCancel(ctx), data, result.reports)); err != nil {
		return err
	}
	ended := summary.NewCollectRun(result.run, result.reports, time.Since(started))
	if err := out.print(c.JSON, ended); err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintf(out.out, "\nSnapshots are in %s. Load them with:\n  go run ./infra/view360 load %s\n", filepath.Join(c.Out, "data"), c.Out)
	}
	return partial(ended.Clean())
}

func (c collectCommand) request() map[string]any {
	return map[string]any{
		"date": c.Date, "interval": c.Interval, "services": c.Services, "config_mode": c.ConfigMode,
		"history": c.History, "start": c.Start, "end": c.End, "resume": c.Resume, "dry_run": c.DryRun,
	}
}

// estimate prints what the run would do.
func (c collectCommand) estimate(ctx context.Context, handler plan.Handler, out *output, now time.Time) error {
	request, err := json.Marshal(c.request())
	if err != nil {
		return fmt.Errorf("encoding the request: %w", err)
	}
	planned, err := handler.Handle(ctx, plan.Input{Request: request, Run: runName("estimate", now), Started: now})
	if err != nil {
		return err
	}
	e := planned.Estimate
	if c.JSON {
		return json.NewEncoder(out.out).Encode(e)
	}
	fmt.Fprintf(out.out, "Would take %d snapshots of an account and date, in %d objects for their regions, with %d collector runs,\nand at most %d Cost Explorer requests, further pages of an answer aside: %.2f US dollars.\nNothing was collected.\n",
		e.Snapshots, e.Regions, e.Services, e.PaidRequests, e.PaidDollars)
	return nil
}

// snapshotsAtOnce bounds the accounts and dates that are collected side by side in one process.
const snapshotsAtOnce = 4

// runName is an execution name: unique, sortable, and fit for S3 keys.
func runName(what string, started time.Time) string {
	return what + "-" + started.UTC().Format("20060102T150405.000Z")
}

// export moves the published snapshots to the folder.
func (c collectCommand) export(ctx context.Context, data *object.Store, reports []merge.Report) error {
	for _, report := range reports {
		for _, key := range append(report.Earlier, report.Key) {
			if err := export(ctx, data, key, c.Out); err != nil {
				return err
			}
		}
	}
	return nil
}

// export moves a published snapshot from the embedded store to the folder, whole or not at all.
func export(ctx context.Context, data *object.Store, key, dir string) (err error) {
	body, version, err := data.Open(ctx, object.Version{Key: key})
	if err != nil {
		return err
	}
	defer body.Close()
	target := filepath.Join(dir, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("creating the output folder: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(target), ".snapshot-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", target, err)
	}
	_, err = file.ReadFrom(body)
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", target, err), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), target); err != nil {
		return fmt.Errorf("writing %s: %w", target, err)
	}
	return data.Delete(ctx, version)
}
