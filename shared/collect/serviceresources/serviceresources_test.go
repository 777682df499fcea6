package serviceresources_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/serviceresources"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "service_resources"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, serviceresources.Collector, options)
}

func resources(t *testing.T, r collecttest.Result) []snapshot.ServiceResource {
	t.Helper()
	return collecttest.Elements[snapshot.ServiceResource](t, r, section)
}

// kinds are the numbers of resources by type.
func kinds(resources []snapshot.ServiceResource) map[string]int {
	n := map[string]int{}
	for _, r := range resources {
		n[r.ResourceType]++
	}
	return n
}

func TestGolden(t *testing.T) {
	b := bench(t, simaws.Options{Volume: 0.05})
	b.Passed().Golden(t, "serviceresources")
	b.LeastPrivilege()
}

func TestEveryPageOfEveryKindIsRead(t *testing.T) { // D62
	b := bench(t, simaws.Options{Volume: 40})
	got := resources(t, b.Passed())
	n := kinds(got)
	for kind, page := range map[string]int{"Instance": 1000, "Volume": 1000, "DBInstance": 100, "LoadBalancer": 400, "AutoScalingGroup": 100, "Function": 50, "Bucket": 1000} {
		if n[kind] <= page {
			t.Errorf("got %d of %s, want more than a page of %d", n[kind], kind, page)
		}
	}
	type identity struct{ service, kind, id string }
	seen := map[identity]bool{}
	for _, r := range got {
		id := identity{r.ServiceName, r.ResourceType, r.ResourceID}
		if seen[id] {
			t.Errorf("%v appears twice", id)
		}
		seen[id] = true
	}
}

func TestFailedKindLeavesTheOthers(t *testing.T) { // D62
	b := bench(t, simaws.Options{})
	b.Fault(simaws.Fault{Service: "rds", Kind: simaws.Denied})
	result := b.Run()
	if result.Err != nil || result.Status != collect.Warned || result.Warnings != 1 {
		t.Fatalf("got status %q with %d warnings, error %v", result.Status, result.Warnings, result.Err)
	}
	if got := result.Messages[0]; got.Source != section || got.Text != "denied rds:DescribeDBInstances" {
		t.Errorf("got message %+v", got)
	}
	n := kinds(resources(t, result))
	if n["DBInstance"] != 0 || len(n) != 7 {
		t.Errorf("got %v, want the seven other kinds", n)
	}
}

func TestEveryKindDeniedFailsTheSource(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Fault(simaws.Fault{Kind: simaws.Denied})
	result := b.Run()
	if got := fault.ClassOf(result.Err); got != fault.Denied || !strings.HasPrefix(result.Err.Error(), "denied ec2:DescribeInstances") {
		t.Errorf("got class %s of %v", got, result.Err)
	}
}

// The order is the same however the calls went.
func TestThrottlingLosesNothing(t *testing.T) { // D15
	b := bench(t, simaws.Options{Volume: 4})
	want := resources(t, b.Passed())
	b.Fault(simaws.Fault{Kind: simaws.Throttled, Rate: 0.3})
	result := b.Passed()
	if result.Throttles == 0 {
		t.Error("nothing was throttled")
	}
	t.Logf("%d throttles in %d calls", result.Throttles, result.Calls)
	if diff := cmp.Diff(want, resources(t, result)); diff != "" {
		t.Errorf("(-calm +throttled):\n%s", diff)
	}
}

func TestBucketIsReportedOnceInItsRegion(t *testing.T) { // D62
	b := bench(t, simaws.Options{})
	regions := map[string]bool{}
	for _, r := range resources(t, b.Passed()) {
		if r.ResourceType == "Bucket" {
			regions[*r.Region] = true
		}
	}
	if len(regions) != 3 {
		t.Errorf("got buckets of the regions %v, want three", regions)
	}
	b.ForgetCalls()
	b.Request.Home, b.Request.Region = false, "eu-west-1"
	if n := kinds(resources(t, b.Passed())); n["Bucket"] != 0 || n["Instance"] == 0 {
		t.Errorf("outside the home region got %v", n)
	}
	if slices.Contains(b.Operations(), "s3:ListBuckets") {
		t.Error("the buckets were listed outside the home region")
	}
}

func TestPastDateHasNoCurrentState(t *testing.T) { // D25
	b := bench(t, simaws.Options{})
	b.Request.History = true
	result := b.Run()
	if result.Status != collect.Skipped || len(result.Content) != 0 || result.Calls != 0 || result.Reason == "" {
		t.Errorf("got %+v", result.Outcome)
	}
}

func TestEmptyRegion(t *testing.T) {
	b := bench(t, simaws.Options{})
	everything := simaws.Place{}
	simaws.Set[simaws.Instance](b.Organization, everything)
	simaws.Set[simaws.Volume](b.Organization, everything)
	simaws.Set[simaws.Subnet](b.Organization, everything)
	simaws.Set[simaws.Database](b.Organization, everything)
	simaws.Set[simaws.Bucket](b.Organization, everything)
	simaws.Set[simaws.Balancer](b.Organization, everything)
	simaws.Set[simaws.Group](b.Organization, everything)
	simaws.Set[simaws.Function](b.Organization, everything)
	if got := string(b.Passed().Content[section]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}

func TestFunctionKeepsTheExpectedConstants(t *testing.T) { // D71
	b := bench(t, simaws.Options{})
	b.Override(simaws.Answer{Service: "lambda", Operation: "ListFunctions", Give: func(simaws.Request) (any, error) {
		return map[string]any{"Functions": []any{map[string]any{"FunctionName": "bare", "FunctionArn": "arn:aws:lambda:us-east-1:528416073925:function:bare"}}}, nil
	}})
	got := resources(t, b.Passed())
	i := slices.IndexFunc(got, func(r snapshot.ServiceResource) bool { return r.ServiceName == "Lambda" })
	f := got[i]
	if *f.SizeGB != 0.125 || *f.MaxSize != 512 || *f.Scheme != "x86_64" || *f.VPCID != "" || !*f.MultiAZ || *f.AvailabilityZone != "Generic" || f.State != nil {
		t.Errorf("got %+v", f)
	}
}

// Each kind's first page is held back until all eight have been asked for.
func TestKindsAreReadSideBySide(t *testing.T) {
	b := bench(t, simaws.Options{})
	var asked sync.WaitGroup
	asked.Add(8)
	for service, operations := range map[string][]string{
		"ec2": {"DescribeInstances", "DescribeVolumes", "DescribeSubnets"}, "rds": {"DescribeDBInstances"}, "s3": {"ListBuckets"},
		"elasticloadbalancing": {"DescribeLoadBalancers"}, "autoscaling": {"DescribeAutoScalingGroups"}, "lambda": {"ListFunctions"},
	} {
		for _, operation := range operations {
			var first sync.Once
			b.Override(simaws.Answer{Service: service, Operation: operation, Give: func(simaws.Request) (any, error) {
				first.Do(func() {
					asked.Done()
					asked.Wait()
				})
				return nil, simaws.ErrPassOn
			}})
		}
	}
	b.Passed()
}
