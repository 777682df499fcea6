package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/inventory"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, inventory.Collector, simaws.Options{Volume: 0.02})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, inventory.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.02},
		Pages: func(b *collecttest.Bench) (string, []string) {
			nodes, ids := make([]simaws.Instance, 120), make([]string, 120)
			for i := range nodes {
				ids[i] = fmt.Sprintf("i-%017d", i)
				nodes[i] = simaws.Instance{InstanceID: ids[i], PingStatus: "Online"}
			}
			simaws.Set(b.Organization, simaws.Place{}, nodes...)
			return "inventory.instances", ids
		},
		Empty:     collecttest.Clear[simaws.Instance],
		Essential: []string{"DescribeInstanceInformation"},
	})
}

func TestEveryPageOfApplicationsIsRead(t *testing.T) {
	b := bench(t)
	applications := make([]simaws.Application, 130)
	for i := range applications {
		applications[i] = simaws.Application{InstanceID: "i-00000000000000001", Name: fmt.Sprint("app-", i), Version: "1"}
	}
	simaws.Set(b.Organization, simaws.Place{}, simaws.Instance{InstanceID: "i-00000000000000001"})
	simaws.Set(b.Organization, simaws.Place{}, applications...)
	if n := len(collecttest.Elements[snapshot.InventoryApplication](t, b.Passed(), "inventory.applications")); n != 130 {
		t.Errorf("%d applications, want 130", n)
	}
}

func TestMissingPatchesAreReported(t *testing.T) { // D41
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Instance{InstanceID: "i-00000000000000001"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Application{InstanceID: "i-00000000000000001", Name: "bash", Version: "5"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Patch{InstanceID: "i-00000000000000001", Title: "kernel", State: "Missing"},
		simaws.Patch{InstanceID: "i-00000000000000001", Title: "bash", State: "Installed", Classification: "Security", Severity: "Critical", InstalledTime: &simaws.Time{Time: collecttest.Now}})
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
	if result.Status != outcome.Warned || result.Warnings != 1 || result.Reason != "denied ssm:DescribeInstancePatches" {
		t.Errorf("status %q, %d warnings, reason %q", result.Status, result.Warnings, result.Reason)
	}
	if diff := cmp.Diff(whole.Content["inventory.instances"], result.Content["inventory.instances"]); diff != "" {
		t.Error(diff)
	}
}

func TestEachPatchIsReportedOnce(t *testing.T) { // D41
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Instance{InstanceID: "i-00000000000000001"}, simaws.Instance{InstanceID: "i-00000000000000002"})
	simaws.Set[simaws.Application](b.Organization, simaws.Place{})
	var patches []simaws.Patch
	for i := range 250 { // a page holds 100
		patches = append(patches, simaws.Patch{InstanceID: "i-00000000000000002", Title: fmt.Sprintf("patch-%03d", i), State: []string{"Installed", "Missing", "Failed"}[i%3]})
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
	simaws.Set(b.Organization, simaws.Place{}, simaws.Instance{InstanceID: "i-0000000000closed0"}, simaws.Instance{InstanceID: "i-0000000000000open"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Application{InstanceID: "i-0000000000closed0", Name: "bash"}, simaws.Application{InstanceID: "i-0000000000000open", Name: "curl"})
	simaws.Set(b.Organization, simaws.Place{}, simaws.Patch{InstanceID: "i-0000000000closed0", Title: "kernel", State: "Missing"})
	b.Override(simaws.Answer{Service: "ssm", Operation: "ListInventoryEntries", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), "i-0000000000closed0") {
			return nil, simaws.Failure(400, "AccessDeniedException", "User: x is not authorized to perform: ssm:ListInventoryEntries")
		}
		return nil, simaws.ErrPassOn
	}})
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 1 || result.Messages[0].Text != "denied ssm:ListInventoryEntries" {
		t.Errorf("status %q, messages %+v", result.Status, result.Messages)
	}
	applications := collecttest.Elements[snapshot.InventoryApplication](t, result, "inventory.applications")
	if len(applications) != 1 || applications[0].InstanceID != "i-0000000000000open" {
		t.Errorf("applications %+v, want those of the other node", applications)
	}
	nodes, patches := collecttest.Elements[snapshot.InventoryInstance](t, result, "inventory.instances"), collecttest.Elements[snapshot.InventoryPatch](t, result, "inventory.patches")
	if len(nodes) != 2 || len(patches) != 1 {
		t.Errorf("%d nodes and %d patches, want both nodes and the patch", len(nodes), len(patches))
	}
}
