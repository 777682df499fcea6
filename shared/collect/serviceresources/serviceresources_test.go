package serviceresources_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"view360/shared/collect/serviceresources"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/outcome"
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

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, serviceresources.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.05},
		Pages:   fillPages,
		Empty: func(b *collecttest.Bench) {
			collecttest.Clear[simaws.Instance](b)
			collecttest.Clear[simaws.Volume](b)
			collecttest.Clear[simaws.Subnet](b)
			collecttest.Clear[simaws.Database](b)
			collecttest.Clear[simaws.Bucket](b)
			collecttest.Clear[simaws.Balancer](b)
			collecttest.Clear[simaws.Group](b)
			collecttest.Clear[simaws.Function](b)
		},
		NoHistory: true,
	})
}

// fillPages gives the account more resources of each kind than a page holds.
func fillPages(b *collecttest.Bench) (string, []string) {
	var ids []string
	add := func(prefix string) string {
		ids = append(ids, fmt.Sprint(prefix, len(ids)))
		return ids[len(ids)-1]
	}
	setMany(b, 1010, func() simaws.Instance { return simaws.Instance{InstanceID: add("i-")} })
	setMany(b, 1010, func() simaws.Volume { return simaws.Volume{ID: add("vol-")} })
	setMany(b, 1010, func() simaws.Subnet { return simaws.Subnet{ID: add("subnet-")} })
	setMany(b, 110, func() simaws.Database { return simaws.Database{DBInstanceArn: add("arn:db:")} })
	setMany(b, 410, func() simaws.Balancer { return simaws.Balancer{LoadBalancerArn: add("arn:lb:")} })
	setMany(b, 110, func() simaws.Group { return simaws.Group{AutoScalingGroupARN: add("arn:asg:")} })
	setMany(b, 60, func() simaws.Function { return simaws.Function{FunctionName: add("function-")} })
	setMany(b, 1010, func() simaws.Bucket {
		return simaws.Bucket{Name: "b", BucketRegion: add("region-")}
	})
	return section, ids
}

func setMany[Item any](b *collecttest.Bench, count int, build func() Item) {
	items := make([]Item, count)
	for i := range items {
		items[i] = build()
	}
	simaws.Set(b.Organization, simaws.Place{}, items...)
}

func TestFailedKindLeavesTheOthers(t *testing.T) { // D62
	b := bench(t, simaws.Options{})
	b.Fault(simaws.Fault{Service: "rds", Kind: simaws.Denied})
	result := b.Run()
	if result.Err != nil || result.Status != outcome.Warned || result.Warnings != 1 {
		t.Fatalf("got status %q with %d warnings, error %v", result.Status, result.Warnings, result.Err)
	}
	if got := result.Messages[0]; got.Key != section || got.Text != "denied rds:DescribeDBInstances" {
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
	if got := fault.StatusOf(result.Err); got != outcome.Denied || !strings.HasPrefix(result.Err.Error(), "denied ec2:DescribeInstances") {
		t.Errorf("got class %s of %v", got, result.Err)
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
