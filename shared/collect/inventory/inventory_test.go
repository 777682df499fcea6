package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/inventory"
	"view360/shared/collecttest"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, inventory.Collector, simaws.Options{Volume: 0.02})
}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Passed().Golden(t, "inventory")
	b.LeastPrivilege()
}

func TestEveryPageIsRead(t *testing.T) { // D40
	b := bench(t)
	var instances []simaws.Instance
	var applications []simaws.Application
	for i := range 120 {
		instances = append(instances, simaws.Instance{InstanceID: fmt.Sprintf("i-%017d", i), PingStatus: "Online"})
	}
	for i := range 130 {
		applications = append(applications, simaws.Application{InstanceID: instances[0].InstanceID, Name: fmt.Sprint("app-", i), Version: "1"})
	}
	simaws.Set(b.Organization, simaws.Place{}, instances...)
	simaws.Set(b.Organization, simaws.Place{}, applications...)
	result := b.Passed()
	if n := len(collecttest.Elements[snapshot.InventoryInstance](t, result, "inventory.instances")); n != 120 {
		t.Errorf("%d instances, want 120", n)
	}
	if n := len(collecttest.Elements[snapshot.InventoryApplication](t, result, "inventory.applications")); n != 130 {
		t.Errorf("%d applications, want 130", n)
	}
}

func TestMissingPatchesAreReported(t *testing.T) { // D41
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Instance{InstanceID: "i-1"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Application{InstanceID: "i-1", Name: "bash", Version: "5"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Patch{InstanceID: "i-1", Title: "kernel", State: "Missing"},
		simaws.Patch{InstanceID: "i-1", Title: "bash", State: "Installed", Classification: "Security", Severity: "Critical", InstalledTime: &simaws.Time{Time: collecttest.Now}})
	got := collecttest.Elements[snapshot.InventoryPatch](t, b.Passed(), "inventory.patches")
	if len(got) != 2 || got[0].Classification != "Normal" || got[0].Severity != "None" || got[0].InstalledTime != nil || got[1].InstalledTime == nil {
		t.Errorf("patches %+v", got)
	}
}

func TestOneNodeDoesNotTakeTheOthersAlong(t *testing.T) {
	b := bench(t)
	whole := b.Passed()
	b.Fault(simaws.Fault{Service: "ssm", Operation: "DescribeInstancePatches", Times: 1, Kind: simaws.Denied})
	result := b.Run()
	if result.Status != collect.Warned || result.Warnings != 1 || result.Reason != "denied ssm:DescribeInstancePatches" {
		t.Errorf("status %q, %d warnings, reason %q", result.Status, result.Warnings, result.Reason)
	}
	if diff := cmp.Diff(whole.Content["inventory.instances"], result.Content["inventory.instances"]); diff != "" {
		t.Error(diff)
	}
}

// stopping is a test whose context ends before the test does.
type stopping struct {
	testing.TB
	ctx context.Context
}

func (s stopping) Context() context.Context { return s.ctx }

func TestCancelledContextEndsTheRun(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"ListInventoryEntries", "DescribeInstancePatches"} {
		ctx, cancel := context.WithCancel(t.Context())
		b := collecttest.New(stopping{t, ctx}, inventory.Collector, simaws.Options{Volume: 10})
		b.Override(simaws.Answer{Service: "ssm", Operation: operation, Give: func(simaws.Request) (any, error) {
			cancel()
			return nil, simaws.Failure(400, "ThrottlingException", "Rate exceeded")
		}})
		if result := b.Run(); !errors.Is(result.Err, context.Canceled) || len(b.Calls()) > 60 {
			t.Errorf("%s: error %v after %d calls", operation, result.Err, len(b.Calls()))
		}
	}
}

func TestRegionWithoutNodes(t *testing.T) {
	b := bench(t)
	simaws.Set[simaws.Instance](b.Organization, simaws.Place{})
	result := b.Passed()
	for _, section := range []string{"inventory.instances", "inventory.applications", "inventory.patches"} {
		if got := string(result.Content[section]); got != "[]" {
			t.Errorf("%s: got %s, want []", section, got)
		}
	}
}

func TestPagesOfNoNodes(t *testing.T) {
	b := bench(t)
	want := b.Passed()
	for _, operation := range []string{"DescribeInstanceInformation", "ListInventoryEntries", "DescribeInstancePatches"} {
		b.ClearFaults()
		b.Fault(simaws.Fault{Service: "ssm", Operation: operation, Kind: simaws.EmptyPage, Times: 1})
		if diff := cmp.Diff(want.Content, b.Passed().Content); diff != "" {
			t.Errorf("an empty page of %s ended the list:\n%s", operation, diff)
		}
	}
}

func TestEachPatchIsReportedOnce(t *testing.T) { // D41
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Instance{InstanceID: "i-1"}, simaws.Instance{InstanceID: "i-2"})
	simaws.Set[simaws.Application](b.Organization, simaws.Place{})
	var patches []simaws.Patch
	for i := range 250 { // a page holds 100
		patches = append(patches, simaws.Patch{InstanceID: "i-2", Title: fmt.Sprintf("patch-%03d", i), State: []string{"Installed", "Missing", "Failed"}[i%3]})
	}
	simaws.Set(b.Organization, simaws.Place{}, patches...)
	states, titles := map[string]int{}, map[string]bool{}
	for _, p := range collecttest.Elements[snapshot.InventoryPatch](t, b.Passed(), "inventory.patches") {
		states[*p.State]++
		titles[p.InstanceID+" "+*p.Title] = true
	}
	if diff := cmp.Diff(map[string]int{"Installed": 84, "Missing": 83, "Failed": 83}, states); diff != "" || len(titles) != 250 {
		t.Errorf("%d different patches, states (-want +got):\n%s", len(titles), diff)
	}
}

func TestOneNodesApplicationsFailAlone(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Instance{InstanceID: "i-closed"}, simaws.Instance{InstanceID: "i-open"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Application{InstanceID: "i-closed", Name: "bash"}, simaws.Application{InstanceID: "i-open", Name: "curl"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Patch{InstanceID: "i-closed", Title: "kernel", State: "Missing"})
	b.Override(simaws.Answer{Service: "ssm", Operation: "ListInventoryEntries", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), "i-closed") {
			return nil, simaws.Failure(400, "AccessDeniedException", "User: x is not authorized to perform: ssm:ListInventoryEntries")
		}
		return nil, simaws.ErrPassOn
	}})
	result := b.Run()
	if result.Status != collect.Warned || result.Warnings != 1 || result.Messages[0].Text != "denied ssm:ListInventoryEntries" {
		t.Errorf("status %q, messages %+v", result.Status, result.Messages)
	}
	applications := collecttest.Elements[snapshot.InventoryApplication](t, result, "inventory.applications")
	if len(applications) != 1 || applications[0].InstanceID != "i-open" {
		t.Errorf("applications %+v, want those of the other node", applications)
	}
	nodes, patches := collecttest.Elements[snapshot.InventoryInstance](t, result, "inventory.instances"), collecttest.Elements[snapshot.InventoryPatch](t, result, "inventory.patches")
	if len(nodes) != 2 || len(patches) != 1 {
		t.Errorf("%d nodes and %d patches, want both nodes and the patch", len(nodes), len(patches))
	}
}
