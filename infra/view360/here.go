package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"view360/shared/awsconf"
	"view360/shared/collect"
	"view360/shared/collectors"
	"view360/shared/plan"
	"view360/shared/snapshot"
)

// hereFlags are the flags of collecting in this process: where to, and what a deployment has in its configuration.
type hereFlags struct {
	Out             string            `help:"Folder for the snapshots: DIR/data/{account}/{region}/{date}_{INTERVAL}.json." placeholder:"DIR" type:"path" group:"here"`
	Organization    bool              `help:"Collect the active accounts of the organization (default: the account of the credentials). Needs --role-name." group:"here"`
	Units           []string          `help:"Only accounts in these organizational units or roots, their children included." name:"unit" aliases:"units" placeholder:"OU" group:"here"`
	ExcludeUnits    []string          `help:"Organizational units to leave out." name:"exclude-unit" aliases:"exclude-units" placeholder:"OU" group:"here"`
	ExcludeAccounts []string          `help:"Accounts to leave out." name:"exclude-account" aliases:"exclude-accounts" placeholder:"ID" group:"here"`
	HomeRegion      string            `help:"Region that carries the account-wide sections." default:"us-east-1" placeholder:"REGION" group:"here"`
	RoleName        string            `help:"Role to assume in each account (default: none, the credentials themselves, which read their own account only)." placeholder:"NAME" group:"here"`
	ExternalID      string            `help:"External id for the role." placeholder:"ID" group:"here"`
	Tenancy         string            `help:"JSON file with the labels of accounts: {\"111122223333\":{\"customer\":\"A\",\"product\":\"X,Y\"},\"\":{\"partner\":\"for all\"}}; labels are customer, partner, category, environment and product." placeholder:"FILE" type:"existingfile" group:"here"`
	TenancyTags     map[string]string `help:"Tags of the organization's accounts that give labels, such as customer=Customer." name:"tenancy-tag" aliases:"tenancy-tags" placeholder:"LABEL=TAG" group:"here"`
	TrailingDays    int               `help:"Days whose cost a daily run reads again, because costs settle late; 1 is yesterday only." default:"3" placeholder:"N" group:"here"`
	PaidCalls       int               `help:"Limit of Cost Explorer requests for each account and day, further pages aside." default:"5" placeholder:"N" group:"here"`
	NoPaidCalls     bool              `help:"Leave out Cost Explorer, whose requests AWS charges for." group:"here"`
	OmitContacts    bool              `help:"Leave out contact details." group:"here"`
	OmitTags        bool              `help:"Leave out tags and descriptions of secrets." group:"here"`
}

// collectHere runs the collect machine in this process and moves the snapshots to the folder.
func (f collectFlags) collectHere(ctx context.Context, g *globals, out *output, what string, request map[string]any) error {
	settings, err := f.buildSettings()
	if err != nil {
		return err
	}
	cfg, err := f.loadConfig(ctx)
	if err != nil {
		return err
	}
	if cfg.Region == "" {
		cfg.Region = f.HomeRegion
	}
	if err := f.checkCaller(ctx, plan.AWSDirectory{Config: cfg}); err != nil {
		return err
	}
	unlock, err := lockState(g)
	if err != nil {
		return err
	}
	defer unlock()
	outBucket := nameOutBucket(f.Out)
	objects, err := openObjects(g.State, outBucket)
	if err != nil {
		return err
	}
	defer objects.Close()
	staging, data := objects.openBucket(stagingBucket), objects.openBucket(outBucket)
	if f.DryRun {
		return estimateHere(ctx, out, plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: cfg}, Staging: staging}, request)
	}
	p := newPipeline(staging)
	removeExecutions, err := p.keepWhileRunning(g.State)
	if err != nil {
		return err
	}
	defer removeExecutions()
	p.pacer = &awsconf.Pacer{}
	if err := p.addCollect(collectors.All, cfg, settings, staging, data); err != nil {
		return err
	}
	started := time.Now()
	shown := newProgress(out.err, out.json)
	folder := &delivery{published: data, dir: f.Out}
	if err := folder.deliverAll(ctx); err != nil { // of a run that was killed
		return err
	}
	result, err := collectRunner{pipeline: p, staging: staging, progress: shown, deliver: folder.deliverAll}.runMachine(ctx, runName(what, started), request)
	shown.stopBars()
	// Snapshots that were published before an interrupt are complete. They are moved too, so that --resume takes the rest.
	if err := errors.Join(err, folder.deliverAll(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	ended := result.summarize(time.Since(started))
	if err := out.printResult(ended); err != nil {
		return err
	}
	if !out.json {
		fmt.Fprintf(out.out, "\nThe snapshots are in %s. Load them: %s load %s\n", filepath.Join(f.Out, "data"), calledAs, f.Out)
	}
	return checkClean(ended.IsClean())
}

// checkAccounts rejects ids that are not those of accounts, and an organization without a role to read it with.
func (f collectFlags) checkAccounts() error {
	for _, id := range slices.Concat(f.Accounts, f.ExcludeAccounts) {
		if _, err := snapshot.ParseAccount(id); err != nil {
			return err
		}
	}
	if f.Organization && f.RoleName == "" {
		return errors.New("--organization needs --role-name=NAME, the role to assume in each account: " +
			"without it, every account would get the data of the credentials' own")
	}
	return nil
}

// checkCaller rejects credentials that are not valid, and accounts that they do not act in if there is no role to assume
// there.
func (f collectFlags) checkCaller(ctx context.Context, directory plan.Directory) error {
	caller, err := directory.FindCaller(ctx)
	if err != nil || f.RoleName != "" {
		return err
	}
	for _, id := range f.Accounts {
		if id != caller {
			return usageError{fmt.Errorf("--account=%s: the credentials are those of account %s. "+
				"Add --role-name=NAME, a role to assume in %s, or use credentials of that account: --profile=NAME", id, caller, id)}
		}
	}
	return nil
}

// buildSettings returns what a deployment has in its configuration.
func (f collectFlags) buildSettings() (plan.Settings, error) {
	tenancy, err := readTenancy(f.Tenancy)
	if err != nil {
		return plan.Settings{}, err
	}
	tags := f.TenancyTags
	return plan.Settings{
		Organization: f.Organization, Units: f.Units, ExcludedUnits: f.ExcludeUnits, Accounts: f.Accounts, ExcludedAccounts: f.ExcludeAccounts,
		Regions: f.Regions, HomeRegion: f.HomeRegion, RoleName: f.RoleName, ExternalID: f.ExternalID,
		Functions: nameFunctions(collectors.All), Concurrency: snapshotsAtOnce, TrailingDays: f.TrailingDays, Tenancy: tenancy,
		TenancyTags: collect.Tenancy{
			Customer: tags["customer"], Partner: tags["partner"], Category: tags["category"], Environment: tags["environment"], Product: tags["product"],
		},
		Options: collect.Options{NoPaidCalls: f.NoPaidCalls, PaidCalls: f.PaidCalls, OmitContacts: f.OmitContacts, OmitTags: f.OmitTags},
	}, nil
}

func readTenancy(file string) (map[string]collect.Tenancy, error) {
	if file == "" {
		return nil, nil
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the labels of accounts: %w", err)
	}
	var tenancy map[string]collect.Tenancy
	if err := json.Unmarshal(body, &tenancy); err != nil {
		return nil, fmt.Errorf("reading the labels of accounts in %s: %w", file, err)
	}
	return tenancy, nil
}
