package plan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/s3disk"
	"view360/shared/simaws"
)

// manyAccounts has a list of accounts, none of which can be read.
func manyAccounts(n int) plan.Settings {
	s := settings()
	s.Organization, s.Regions = false, []string{"us-east-1"}
	for i := range n {
		s.Accounts = append(s.Accounts, fmt.Sprintf("%012d", 333333333333+i))
	}
	return s
}

// The accounts of the simulated organization.
const (
	platform   = "394057281643"
	production = "528416073925"
	sandbox    = "865201497310"
)

// run is a plan function over the simulated organization, whose staging stays from run to run.
type run struct {
	t       *testing.T
	store   *object.Store
	handler plan.Handler
	server  *simaws.Server
	count   int
}

func newRun(t *testing.T, settings plan.Settings) *run {
	t.Helper()
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{Role: simaws.MemberRole, ExternalID: simaws.ExternalID}))
	if err != nil {
		t.Fatal(err)
	}
	store := object.New(disk.Client(), "data", object.Options{})
	settings.Organization, settings.RoleName, settings.ExternalID = true, simaws.MemberRole, simaws.ExternalID
	return &run{t: t, store: store, server: server, handler: plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: server.Config("")}, Staging: store}}
}

func (r *run) plan(request string) []plan.Entry {
	r.t.Helper()
	r.count++
	out, err := r.handler.Handle(r.t.Context(), plan.Input{Request: json.RawMessage(request), Run: fmt.Sprintf("run-%d", r.count), Started: noon})
	if err != nil {
		r.t.Fatal(err)
	}
	var list []plan.Entry
	if err := r.store.GetJSON(r.t.Context(), out.Key, &list); err != nil {
		r.t.Fatal(err)
	}
	return list
}

func accounts(list []plan.Entry) []string {
	ids := []string{}
	for _, s := range list {
		ids = append(ids, s.Request.Account)
	}
	return ids
}

// unit is the id of an organizational unit, or of the root.
func (r *run) unit(name string) string {
	r.t.Helper()
	client := organizations.NewFromConfig(r.server.Config(""))
	roots, err := client.ListRoots(r.t.Context(), &organizations.ListRootsInput{})
	if err != nil {
		r.t.Fatal(err)
	}
	root := aws.ToString(roots.Roots[0].Id)
	if name == "Root" {
		return root
	}
	units, err := client.ListOrganizationalUnitsForParent(r.t.Context(), &organizations.ListOrganizationalUnitsForParentInput{ParentId: &root})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, u := range units.OrganizationalUnits {
		if aws.ToString(u.Name) == name {
			return aws.ToString(u.Id)
		}
	}
	r.t.Fatalf("no unit %s", name)
	return ""
}

func TestAccountsOfTheOrganizationAreFiltered(t *testing.T) {
	all := accounts(newRun(t, settings()).plan(`{}`))
	if len(all) < 5 {
		t.Fatalf("the organization has the accounts %v", all)
	}
	tests := []struct {
		name   string
		change func(r *run, s *plan.Settings)
		want   func(id string, unit string) bool
	}{
		{"units in", func(r *run, s *plan.Settings) { s.Units = []string{r.unit("Sandboxes")} }, func(_, unit string) bool { return unit == "Sandboxes" }},
		{"the root holds all", func(r *run, s *plan.Settings) { s.Units = []string{r.unit("Root")} }, func(_, _ string) bool { return true }},
		{"units out", func(r *run, s *plan.Settings) { s.ExcludedUnits = []string{r.unit("Workloads")} }, func(_, unit string) bool { return unit != "Workloads" }},
		{"an allow list", func(_ *run, s *plan.Settings) { s.Accounts = []string{production, "999999999999"} }, func(id, _ string) bool { return id == production }},
		{"a deny list", func(_ *run, s *plan.Settings) { s.ExcludedAccounts = []string{production} }, func(id, _ string) bool { return id != production }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRun(t, settings())
			test.change(r, &r.handler.Settings)
			want := []string{}
			units := map[string]string{}
			for _, a := range r.server.Accounts() {
				units[a.ID] = a.Unit
			}
			for _, id := range all {
				if test.want(id, units[id]) {
					want = append(want, id)
				}
			}
			if diff := cmp.Diff(want, accounts(r.plan(`{}`))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTenancyByTagsAndMapping(t *testing.T) {
	s := settings()
	s.TenancyTags = collect.Tenancy{Environment: "environment", Product: "product", Partner: "absent"}
	s.Tenancy = map[string]collect.Tenancy{"": {Customer: "Northwind", Product: "All"}, sandbox: {Product: "Playground", Category: "Test"}}
	got := map[string]collect.Tenancy{}
	for _, planned := range newRun(t, s).plan(`{}`) {
		got[planned.Request.Account] = planned.Request.Tenancy
	}
	want := map[string]collect.Tenancy{
		production: {Customer: "Northwind", Environment: "production", Product: got[production].Product},
		sandbox:    {Customer: "Northwind", Environment: "sandbox", Product: "Playground", Category: "Test"},
	}
	for id, tenancy := range want {
		if diff := cmp.Diff(tenancy, got[id]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	if product := got[production].Product; product == "" || product == "All" {
		t.Errorf("the product of the production account is %q, want its tag", product)
	}
}

// changed is the organization with the states of some accounts changed; "" takes one away.
type changed struct {
	plan.AWSDirectory
	states map[string]string
}

func (c changed) ListAccounts(ctx context.Context) (map[string]plan.Member, error) {
	accounts, err := c.AWSDirectory.ListAccounts(ctx)
	for id, state := range c.states {
		accounts[id] = plan.Member{State: state}
		if state == "" {
			delete(accounts, id)
		}
	}
	return accounts, err
}

// What only the organization knows travels with the plan: the account itself cannot read it.
func TestMembershipComesFromTheOrganization(t *testing.T) {
	for _, s := range newRun(t, settings()).plan(`{"accounts":["` + production + `"]}`) {
		m := s.Request.Membership
		if !strings.Contains(m.Email, "@") || !strings.HasPrefix(m.ARN, "arn:aws:organizations::") || m.JoinedMethod != "CREATED" || m.Joined.IsZero() {
			t.Errorf("got %+v", m)
		}
	}
}

func TestClosedAccountsAreMarkedOnce(t *testing.T) {
	r := newRun(t, settings())
	before := r.plan(`{}`)
	directory := r.handler.Directory.(plan.AWSDirectory)
	r.handler.Directory = changed{directory, map[string]string{production: "SUSPENDED", sandbox: ""}}

	if narrowed := r.plan(`{"services":["kms"]}`); len(narrowed) != len(before)-2 {
		t.Errorf("a narrowed run plans %d snapshots, want only the active accounts", len(narrowed))
	}
	marks := map[string]string{}
	for _, s := range r.plan(`{}`) {
		if s.Request.AccountState == "" {
			continue
		}
		marks[s.Request.Account] = s.Request.AccountState
		services := 0
		var regions []string
		for _, region := range s.Regions {
			services += len(region.Sources)
			regions = append(regions, region.Region)
		}
		if services != 0 || s.Request.Role != nil || s.Request.EarlierDays != 0 {
			t.Errorf("%s is gone and asked for %d services with the role %v", s.Request.Account, services, s.Request.Role)
		}
		if s.Request.Account == production && strings.Join(regions, " ") != "eu-central-1 eu-west-1 us-east-1" {
			t.Errorf("the regions of the production account are marked: %v", regions)
		}
	}
	if diff := cmp.Diff(map[string]string{production: "SUSPENDED", sandbox: "LEFT"}, marks); diff != "" {
		t.Error(diff)
	}
	for _, s := range r.plan(`{}`) {
		if s.Request.AccountState != "" {
			t.Errorf("%s is marked again", s.Request.Account)
		}
	}
	r.handler.Directory = directory
	if again := r.plan(`{}`); len(again) != len(before) {
		t.Errorf("%d accounts after they came back, want %d", len(again), len(before))
	}
}

func TestExcludedAccountsAreNotMarkedClosed(t *testing.T) {
	r := newRun(t, settings())
	r.plan(`{}`)
	r.handler.Settings.ExcludedAccounts = []string{production}
	for _, s := range r.plan(`{}`) {
		if s.Request.AccountState != "" {
			t.Errorf("%s is marked %s", s.Request.Account, s.Request.AccountState)
		}
	}
}

// The answer of the plan may be lost after the roster is written: the next attempt of the same run plans the same.
func TestSecondAttemptMarksTheSameAccounts(t *testing.T) {
	r := newRun(t, settings())
	r.plan(`{}`)
	r.handler.Directory = changed{r.handler.Directory.(plan.AWSDirectory), map[string]string{production: "SUSPENDED", sandbox: ""}}
	attempt := func() (list []plan.Entry) {
		t.Helper()
		out, err := r.handler.Handle(t.Context(), plan.Input{Request: json.RawMessage(`{}`), Run: "same", Started: noon})
		if err == nil {
			err = r.store.GetJSON(t.Context(), out.Key, &list)
		}
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	first, second := attempt(), attempt()
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	if !slices.ContainsFunc(second, func(s plan.Entry) bool { return s.Request.AccountState == "LEFT" }) {
		t.Error("the account that left is forgotten")
	}
}
