package main

import (
	"context"
	"fmt"
	"time"

	"view360/shared/collect"
	"view360/shared/collectors"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/simaws"
	"view360/shared/snapshot"
	"view360/shared/summary"
)

type demoCommand struct {
	Once         bool   `help:"Exit after the summary instead of serving the pages until Ctrl-C."`
	Listen       string `help:"Loopback address of the pages and of the Step Functions API." default:"127.0.0.1:8360" placeholder:"HOST:PORT"`
	Fresh        bool   `help:"Start with an empty object store, and an empty database if it is the embedded one. Says what it deletes, and asks."`
	Yes          bool   `help:"Let --fresh delete without asking."`
	WithFailures bool   `help:"Add a missing permission, throttling and an outage, to show failures and how they are repaired."`
	DatabaseURL  string `help:"PostgreSQL to load into (default: the embedded one)." placeholder:"URL"`
	Seed         int64  `help:"Seed of the simulated organization." default:"360" placeholder:"N"`
}

// Run observes the simulated organization, loads what was collected, and says how to look at it.
func (d demoCommand) Run(ctx context.Context, g *globals, out *output) error {
	unlock, err := lockState(g)
	if err != nil {
		return err
	}
	defer unlock()
	if d.Fresh {
		if err := d.clearState(g, out); err != nil {
			return err
		}
	}
	db, err := d.openDatabase(ctx, out, g.State)
	if err != nil {
		return err
	}
	defer db.Close()
	objects, err := openObjects(g.State)
	if err != nil {
		return err
	}
	defer objects.Close()
	organization, err := d.startOrganization(ctx)
	if err != nil {
		return err
	}
	defer organization.Close()
	demo := &demonstration{organization: organization.Organization, pipeline: newPipeline(objects.openBucket(stagingBucket)), staging: objects.openBucket(stagingBucket), data: objects.openBucket(dataBucket)}
	closeExecutions, err := demo.keepExecutions(g.State)
	if err != nil {
		return err
	}
	defer closeExecutions()
	if err := demo.addCollect(collectors.All, organization.Config(""), demoSettings(), demo.staging, demo.data); err != nil {
		return err
	}
	if demo.loader, err = newLoadRunner(demo.pipeline, db, demo.data, nil, false); err != nil {
		return err
	}
	if d.Once {
		return d.collectAndLoad(ctx, demo, out, db)
	}
	return d.serve(ctx, demo, out, db)
}

// demonstration has the pipeline and the buckets of the demonstration.
type demonstration struct {
	*pipeline
	organization  *simaws.Organization
	loader        *loadRunner
	staging, data *object.Store
}

// startOrganization starts the simulated organization.
func (d demoCommand) startOrganization(ctx context.Context) (*simaws.Server, error) {
	return simaws.Start(ctx, simaws.New(simaws.Options{
		Seed: d.Seed, WithFailures: d.WithFailures, Role: simaws.MemberRole, ExternalID: simaws.ExternalID,
	}))
}

func demoSettings() plan.Settings {
	return plan.Settings{
		Organization: true, RoleName: simaws.MemberRole, ExternalID: simaws.ExternalID, HomeRegion: "us-east-1",
		Functions: nameFunctions(collectors.All), Concurrency: snapshotsAtOnce,
		TenancyTags: collect.Tenancy{Environment: "environment", Product: "product"},
	}
}

// collectAndLoad collects, loads, and says what came of it.
func (d demoCommand) collectAndLoad(ctx context.Context, demo *demonstration, out *output, db *database) error {
	collected, err := d.collect(ctx, demo, out)
	if err != nil {
		return err
	}
	loaded, err := d.load(ctx, demo, out)
	if err != nil {
		return err
	}
	demo.organization.EndOutages()
	if !out.json {
		d.printNextSteps(out, db)
	}
	return checkClean(collected.IsClean() && loaded.IsClean())
}

func (d demoCommand) collect(ctx context.Context, demo *demonstration, out *output) (summary.CollectRun, error) {
	started := time.Now()
	shown := newProgress(out.err, out.json)
	result, err := collectRunner{pipeline: demo.pipeline, staging: demo.staging, progress: shown}.runMachine(ctx, runName("demo", started), struct{}{})
	shown.stopBars()
	if err != nil {
		return summary.CollectRun{}, err
	}
	ended := result.summarize(time.Since(started))
	return ended, out.printResult(ended)
}

// load takes everything that waits under data/, as the arrival of an object does on AWS.
func (d demoCommand) load(ctx context.Context, demo *demonstration, out *output) (*summary.LoadRun, error) {
	items, err := demo.listWaiting(ctx)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	demo.loader.progress = newProgress(out.err, out.json)
	ended, err := demo.loader.loadItems(ctx, items)
	demo.loader.progress.stopBars()
	if err != nil {
		return nil, err
	}
	ended.DurationMS = time.Since(started).Milliseconds()
	return ended, out.printResult(ended)
}

// listWaiting lists the objects under data/.
func (d *demonstration) listWaiting(ctx context.Context) (items []item, err error) {
	err = d.data.List(ctx, snapshot.DataPrefix, func(v object.Version) error {
		items = append(items, item{store: d.data, key: v.Key})
		return nil
	})
	return items, err
}

func (d demoCommand) printNextSteps(out *output, db *database) {
	fmt.Fprintf(out.out, `
Look at the data
  %s
  select account, account_name, latest_cost, total_findings, critical_findings from view_acct_summary;
`, db.describeClient())
	if d.Once {
		fmt.Fprintf(out.out, "The database stops with this program. To keep it running: %s\n", calledAs)
		return
	}
	fmt.Fprintf(out.out, "  http://%s\nBoth stay up until Ctrl-C.\n", d.Listen)
}
