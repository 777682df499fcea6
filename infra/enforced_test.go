package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"view360/infra/config"
	"view360/infra/enforcetest"
	"view360/shared/asl"
	"view360/shared/simaws"
)

// enforced is an example that is deployed with its permissions enforced.
type enforced struct {
	*enforcetest.Deployment
	loads int
}

// deployEnforced deploys an example. The collecting account of push mode is other.
func deployEnforced(t *testing.T, example string) *enforced {
	t.Helper()
	f, err := config.Read(filepath.Join("examples", example+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	newStack := func(name, account string, before ...*enforcetest.Stack) *enforcetest.Stack {
		s, err := enforcetest.NewStack(synthesized(t, example, name).text, account, f.Hub.Region, before...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	analytics := newStack("Analytics", owner)
	collector, accounts := owner, []simaws.Account{{ID: owner, Name: "hub", Regions: []string{"eu-west-1", "us-east-1"}, Character: simaws.Sandbox}}
	var member *enforcetest.Stack
	switch f.Collection.Mode {
	case config.Pull:
		member = newStack("Member", "")
		accounts = append(accounts, simaws.Account{ID: third, Name: "third", Regions: []string{"eu-west-1", "us-east-1"}, Character: simaws.Staging})
	case config.Push:
		collector = other
		accounts = append(accounts, simaws.Account{ID: other, Name: "other", Regions: []string{"eu-west-1", "us-east-1"}, Character: simaws.Staging})
	}
	stacks := []*enforcetest.Stack{analytics, newStack("Collection", collector, analytics)}
	d := &enforced{Deployment: enforcetest.Start(t, f, accounts, member, stacks...)}
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
	d.loads++
	executions := d.DeliverEvents(fmt.Sprintf("load%d", d.loads))
	if len(executions) < atLeast {
		d.Errorf("%d snapshots arrived, want %d", len(executions), atLeast)
	}
	for _, x := range executions {
		d.checkEnded(x, "")
	}
}

func TestPoliciesAllowWhatPipelineCalls(t *testing.T) {
	for _, example := range []string{"single-account"} {
		t.Run(example, func(t *testing.T) {
			d := deployEnforced(t, example)
			d.checkRefusals("deployment")
			for day := -2; day <= 0; day++ { // each reads the cost of the days before again
				d.SetDay(day)
				d.checkEnded(d.StartSchedule("Daily", fmt.Sprintf("daily%d", day)), "")
				d.loadArrived(2)
			}
			for _, unused := range d.Unused() {
				t.Log("unused:", unused)
			}
		})
	}
}
