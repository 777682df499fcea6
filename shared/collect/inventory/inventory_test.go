package inventory_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/inventory"
	"view360/shared/collecttest"
	"view360/shared/fault"
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

func TestThrottlingLosesNothing(t *testing.T) {
	calm := bench(t)
	want := calm.Passed()
	b := collecttest.New(t, inventory.Collector, simaws.Options{Volume: 0.02})
	b.Fault(simaws.Fault{Service: "ssm", Rate: 0.3, Kind: simaws.Throttled})
	got := b.Passed()
	t.Logf("%d of %d calls were throttled", got.Throttles, got.Calls)
	if diff := cmp.Diff(want.Content, got.Content); diff != "" || got.Throttles == 0 {
		t.Errorf("with %d throttles something is lost:\n%s", got.Throttles, diff)
	}
}

func TestDeniedNamesTheAction(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Service: "ssm", Operation: "DescribeInstanceInformation", Kind: simaws.Denied})
	result := b.Run()
	if fault.ClassOf(result.Err) != fault.Denied || result.Err.Error() != "denied ssm:DescribeInstanceInformation" {
		t.Errorf("error %v, want one that names ssm:DescribeInstanceInformation", result.Err)
	}
}

func TestD40AllPages(t *testing.T) {
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

func TestD41PatchesOnceWithMissingOnes(t *testing.T) {
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
