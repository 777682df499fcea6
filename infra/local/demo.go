package main

import (
	"context"
	"fmt"
	"time"

	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

type demoCommand struct {
	Once         bool   `help:"Exit after the summary instead of keeping the database up until Ctrl-C."`
	Fresh        bool   `help:"Start with an empty database and object store."`
	WithFailures bool   `help:"Add accounts that are denied, throttled and broken, to see how failure looks."`
	DatabaseURL  string `help:"PostgreSQL to load into (default: the embedded one)." placeholder:"URL"`
	Seed         int64  `help:"Seed of the simulated organisation." default:"360"`
	JSON         bool   `help:"Print the two summaries as one JSON object each."`
}

// Run observes the simulated organisation, loads what was collected, and says how to look at it.
func (d demoCommand) Run(ctx context.Context, g *globals, out *output) error {
	if d.Fresh {
		if err := clear(g.State); err != nil {
			return err
		}
	}
	db, err := openDatabase(ctx, g.State, d.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	objects, err := openObjects(g.State)
	if err != nil {
		return err
	}
	defer objects.Close()

	collected, err := d.collect(ctx, objects, out)
	if err != nil {
		return err
	}
	loaded, err := d.load(ctx, db, objects.bucket(dataBucket), out)
	if err != nil {
		return err
	}
	if !d.JSON {
		d.next(out, db.URL)
	}
	if !d.Once {
		<-ctx.Done()
	}
	if err := collected.failure(); err != nil {
		return err
	}
	return loaded.failure()
}

func (d demoCommand) collect(ctx context.Context, objects objects, out *output) (collectSummary, error) {
	organisation := simaws.New(simaws.Options{Seed: d.Seed, WithFailures: d.WithFailures, Role: simaws.MemberRole, ExternalID: simaws.ExternalID})
	server, err := simaws.Start(ctx, organisation)
	if err != nil {
		return collectSummary{}, err
	}
	defer server.Close()
	settings := plan.Settings{
		Organization: true, RoleName: simaws.MemberRole, ExternalID: simaws.ExternalID, HomeRegion: "us-east-1",
		Functions: deployedCollectors(), Concurrency: snapshotsAtOnce,
	}
	started := time.Now()
	shown := newProgress(out.err)
	result, err := collector{
		cfg: server.Config(""), settings: settings, staging: objects.bucket(stagingBucket), data: objects.bucket(dataBucket), progress: shown,
	}.collect(ctx, runName("demo", started), struct{}{})
	shown.stop()
	if err != nil {
		return collectSummary{}, err
	}
	summary := newCollectSummary(result, time.Since(started))
	return summary, out.print(d.JSON, summary)
}

// load takes everything that waits under data/, as the arrival of an object does on AWS.
func (d demoCommand) load(ctx context.Context, db *database, data *object.Store, out *output) (*loadSummary, error) {
	var items []item
	err := data.List(ctx, snapshot.DataPrefix, func(v object.Version) error {
		items = append(items, item{store: data, key: v.Key})
		return nil
	})
	if err != nil {
		return nil, err
	}
	started := time.Now()
	shown := newProgress(out.err)
	loader, err := newLoader(db, data, shown, false)
	if err != nil {
		return nil, err
	}
	summary, err := loader.load(ctx, items)
	shown.stop()
	if err != nil {
		return nil, err
	}
	summary.DurationMS = time.Since(started).Milliseconds()
	return summary, out.print(d.JSON, summary)
}

func (d demoCommand) next(out *output, url string) {
	fmt.Fprintf(out.out, `
Look at the data
  psql '%s'
  select account, account_name, latest_cost, total_findings, critical_findings from view_acct_summary;
`, url)
	if d.Once {
		fmt.Fprint(out.out, "The database stops with this program. Keep it up: go run ./infra/local\n")
		return
	}
	fmt.Fprint(out.out, "The database stays up until Ctrl-C.\n")
}
