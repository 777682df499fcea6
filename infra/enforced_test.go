package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"view360/infra/config"
	"view360/infra/enforcetest"
	"view360/shared/asl"
	"view360/shared/catalog"
	"view360/shared/simaws"
)

// enforced is an example that is deployed with its permissions enforced.
type enforced struct {
	*enforcetest.Deployment
	config config.Config
}

// deployEnforced deploys an example. The collecting account of push mode is other.
func deployEnforced(t *testing.T, example string) *enforced {
	t.Helper()
	name, adopted := strings.CutPrefix(example, "adopted ")
	f, err := config.Read(filepath.Join("examples", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	templates := scenarios[name]
	if adopted { // its load machine has taken over
		start := func(c *config.Config) { c.Loading.Paused = false }
		start(&f)
		templates = func() map[string]template { return mustSynthesize(name, t.TempDir(), start) }
	}
	stacksOf := templates()
	newStack := func(name, account string, before ...*enforcetest.Stack) *enforcetest.Stack {
		s, err := enforcetest.NewStack(stacksOf[name].text, account, f.Hub.Region, before...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	analytics := newStack("Analytics", owner)
	collector, accounts := owner, []simaws.Account{{ID: owner, Name: "hub", Regions: []string{"eu-west-1", "us-east-1"}, Character: simaws.Production}}
	var member *enforcetest.Stack
	switch f.Collection.Mode {
	case config.Pull:
		member = newStack("Member", "")
		accounts = append(accounts, simaws.Account{ID: third, Name: "third", Regions: []string{"eu-west-1", "us-east-1", "eu-central-1"}, Character: simaws.Production})
	case config.Push:
		collector = other
		accounts = append(accounts, simaws.Account{ID: other, Name: "other", Regions: []string{"eu-west-1", "us-east-1"}, Character: simaws.Production})
	}
	stacks := []*enforcetest.Stack{analytics, newStack("Collection", collector, analytics)}
	if f.Loading.With == config.Instance {
		stacks = append(stacks, newStack("Receiver", owner, analytics))
	}
	d := &enforced{Deployment: enforcetest.Start(t, f, accounts, member, stacks...), config: f}
	// One region has only the new Security Hub, so that both are read.
	simaws.Set(d.Organization, simaws.Place{}, simaws.SecurityHubV2{Home: "eu-west-1", Mode: "ALL_REGIONS"})
	d.Organization.Override(simaws.Answer{Service: "securityhub", Operation: "ListFindingAggregators", Give: func(r simaws.Request) (any, error) {
		if r.Region != "eu-west-1" {
			return nil, simaws.ErrPassOn
		}
		return nil, simaws.Failure(401, "InvalidAccessException", "The account is not subscribed to AWS Security Hub")
	}})
	if o := f.Organization; o != nil && len(o.Units) > 0 {
		d.Organization.Override(simaws.Answer{Service: "organizations", Operation: "ListAccountsForParent", Give: func(r simaws.Request) (any, error) {
			if !strings.Contains(string(r.Input), o.Units[0]) {
				return map[string]any{"Accounts": []any{}}, nil
			}
			return map[string]any{"Accounts": []any{map[string]string{"Id": third, "State": "ACTIVE"}}}, nil
		}}, simaws.Answer{Service: "organizations", Operation: "ListOrganizationalUnitsForParent", Give: func(simaws.Request) (any, error) {
			return map[string]any{"OrganizationalUnits": []any{}}, nil
		}})
	}
	return d
}

// checkEnded fails the test if an execution did not end with want, "" for success, or if a call was refused.
func (d *enforced) checkEnded(x *asl.Execution, want string) {
	d.Helper()
	if s := x.Describe(); s.Error != want || want == "" && s.Status != asl.Succeeded {
		d.Errorf("%s ended with %s %s %s, want %q", x.Name, s.Status, s.Error, s.Cause, want)
	}
	d.checkRefusals(x.Name)
}

func (d *enforced) checkRefusals(scenario string) {
	d.Helper()
	for _, refusal := range d.Refusals() {
		d.Errorf("%s: %s", scenario, refusal)
	}
}

// loadArrived loads the snapshots that have arrived.
func (d *enforced) loadArrived(atLeast int) {
	d.Helper()
	switch {
	case d.config.Loading.With == config.Instance:
		if s := d.Drain(); s.Loaded < atLeast || s.Failed > 0 {
			d.Errorf("the instance loaded %+v, want %d", s, atLeast)
		}
		d.checkRefusals("instance")
		return
	case !d.Loads():
		d.Forget()
		return
	}
	executions := d.DeliverEvents()
	if len(executions) < atLeast {
		d.Errorf("%d snapshots arrived, want %d", len(executions), atLeast)
	}
	for _, x := range executions {
		d.checkEnded(x, "")
	}
}

func TestPoliciesAllowWhatPipelineCalls(t *testing.T) {
	examples := []string{"single-account", "organization-pull"}
	if os.Getenv("VIEW360_ENFORCE") != "" {
		examples = append(examples, "organization-push", "imported-network", "instance", "adoption", "adopted adoption")
	}
	for _, example := range examples {
		t.Run(example, func(t *testing.T) {
			d := deployEnforced(t, example)
			d.checkRefusals("deployment")
			d.runDaily()
			d.runIntervals()
			d.runRepairs()
			d.runRedrives()
			d.runStrangers()
			d.runReload()
			d.UploadLarge()
			d.checkRefusals("large objects")
			d.reportUnused()
		})
	}
}

// reportUnused prints the grants that no scenario used. Those on all resources fail the test.
func (d *enforced) reportUnused() {
	d.Helper()
	for _, unused := range d.Unused() {
		_, grant, _ := strings.Cut(unused, ": ")
		action, resource, _ := strings.Cut(grant, " on ")
		if resource == "*" && !isCalledByAWS(action) {
			d.Errorf("no scenario used %s", unused)
			continue
		}
		d.Log("unused:", unused)
	}
}

// isCalledByAWS reports whether AWS calls an action with the caller's permissions, or with a role of its own.
func isCalledByAWS(action string) bool {
	for _, source := range catalog.Sources {
		for _, a := range source.Actions {
			if a.Name == action && a.Dependent {
				return true
			}
		}
	}
	return slices.Contains(withoutResource, action) // flow logs and the agent of the instance
}

func TestMissingPermissionIsReported(t *testing.T) {
	d := deployEnforced(t, "single-account")
	d.Revoke("CollectCostRole", "s3:GetObject")
	request := map[string]any{"services": []string{"cost"}, "regions": []string{"eu-west-1"}}
	x := d.Collect("cost", request)
	if got := x.Describe().Error; got != "View360.PartialSnapshot" {
		t.Errorf("without a permission, the run ended with %q", got)
	}
	const want = "CollectCostRoleBFBFD13B may not s3:GetObject on " + bucketARN + "/staging/" + owner + "/eu-west-1/"
	refusals := d.Refusals()
	if len(refusals) == 0 || !strings.HasPrefix(refusals[0], want) || !strings.HasSuffix(refusals[0], "no identity-based policy allows the s3:GetObject action") {
		t.Errorf("got %q, want %s...", refusals, want)
	}
}

const day = 24 * time.Hour

// runDaily collects and loads three days, each of which reads the cost of the days before again.
func (d *enforced) runDaily() {
	d.Helper()
	for before := 2; before >= 0; before-- {
		d.SetClock(-time.Duration(before) * day)
		d.checkEnded(d.StartSchedule("Daily", fmt.Sprintf("daily%d", before)), "")
		d.loadArrived(2)
	}
}

// runIntervals collects the other intervals, a backfill, and nothing.
func (d *enforced) runIntervals() {
	d.Helper()
	for _, interval := range []string{"Weekly", "Monthly"} {
		d.checkEnded(d.StartSchedule(interval, interval), "")
	}
	if d.config.Collection.Schedules.Yearly != config.Off { // on 1 January: later, Cost Explorer lacks days of the year before
		d.SetClock(time.Until(time.Date(time.Now().Year(), 1, 1, 6, 0, 0, 0, time.UTC)))
		d.checkEnded(d.StartSchedule("Yearly", "Yearly"), "")
		d.SetClock(0)
	}
	from, to := time.Now().Add(-12*day), time.Now().Add(-10*day)
	d.checkEnded(d.Collect("backfill", map[string]any{"history": true, "start": from.Format(time.DateOnly), "end": to.Format(time.DateOnly)}), "")
	d.loadArrived(2 * 5)
	d.checkEnded(d.Collect("dry", map[string]bool{"dry_run": true}), "")
	d.loadArrived(0)
}

// runRepairs collects one source again, and resumes a complete run.
func (d *enforced) runRepairs() {
	d.Helper()
	d.checkEnded(d.Collect("repair", map[string][]string{"services": {"kms"}}), "")
	d.loadArrived(2)
	d.checkEnded(d.Collect("resume", map[string]bool{"resume": true}), "")
}

// runRedrives lets every source fail, then loaders, and redrives the executions.
func (d *enforced) runRedrives() {
	d.Helper()
	kept := map[string]bool{"sts": true, "organizations": true, "account": true, "lambda": true} // of the plan
	faults := []simaws.Fault{{Service: "account", Operation: "GetContactInformation", Kind: simaws.Denied}, {Service: "lambda", Operation: "ListFunctions", Kind: simaws.Denied}}
	for _, call := range d.Organization.Calls() {
		if !kept[call.Service] {
			kept[call.Service] = true
			faults = append(faults, simaws.Fault{Service: call.Service, Kind: simaws.Denied})
		}
	}
	for _, run := range []string{"denied", "denied-again"} {
		d.Organization.Fault(faults...)
		x := d.Collect(run, struct{}{})
		d.checkEnded(x, "View360.PartialSnapshot")
		d.Organization.ClearFaults()
		d.Redrive(x)
		d.checkEnded(x, "")
	}
	d.loadArrived(2)

	if !d.Loads() {
		return
	}
	d.checkEnded(d.Collect("once-more", map[string][]string{"services": {"kms"}}), "")
	d.FailOnce("LoadSecurity")
	executions, failed := d.DeliverEvents(), 0
	for _, x := range executions {
		if x.Describe().Error == "View360.PartialLoad" {
			failed++
			d.Redrive(x)
		}
		d.checkEnded(x, "")
	}
	if failed != 1 {
		d.Errorf("%d loads were partial, want 1", failed)
	}
}

// runReload loads a snapshot again from where it is kept, as an operator does.
func (d *enforced) runReload() {
	d.Helper()
	if !d.Loads() {
		return
	}
	d.checkEnded(d.Load("reload", map[string]any{"bucket": d.Objects.Bucket(), "key": d.FindObject("loaded/"), "reload": true}), "")
}

// runStrangers handles an object that is not a snapshot, and one whose event was lost.
func (d *enforced) runStrangers() {
	d.Helper()
	if !d.Loads() {
		if loads := d.Sweep(); len(loads) != 0 {
			d.Errorf("the sweep loaded %d snapshots, want none", len(loads))
		}
		d.checkRefusals("sweep")
		return
	}
	d.Put("data/"+owner+"/eu-west-1/2026-03-11_DAILY.json", "{")
	for _, x := range d.DeliverEvents() {
		d.checkEnded(x, "View360.RejectedSnapshot")
	}
	d.loadArrived(0) // the reason
	d.checkRefusals("rejection")

	d.checkEnded(d.Collect("unheard", map[string][]string{"services": {"kms"}}), "")
	d.Forget()
	d.SetClock(2 * time.Hour)
	loads := d.Sweep()
	if len(loads) < 2 {
		d.Errorf("the sweep loaded %d snapshots, want 2", len(loads))
	}
	for _, x := range loads {
		d.checkEnded(x, "")
	}
	d.checkRefusals("sweep")
}
