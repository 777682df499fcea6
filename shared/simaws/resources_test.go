package simaws_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans"
	plantypes "github.com/aws/aws-sdk-go-v2/service/savingsplans/types"

	"view360/shared/fault"
	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestInstancesComeInPages(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := ec2.NewFromConfig(server.Config(production))
	pages := ec2.NewDescribeInstancesPaginator(client, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(10)})
	instances, requests := 0, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		for _, r := range list.Reservations {
			instances += len(r.Instances)
			i := r.Instances[0]
			if i.State.Name == "" || i.Placement == nil || i.LaunchTime.IsZero() || len(i.Tags) == 0 {
				t.Errorf("got instance %+v", i)
			}
		}
	}
	if instances < 20 || requests != (instances+9)/10 {
		t.Errorf("got %d instances in %d pages of 10", instances, requests)
	}
	volumes, err := client.DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{})
	if err != nil || len(volumes.Volumes) < 20 || aws.ToInt32(volumes.Volumes[0].Size) == 0 {
		t.Errorf("got %v, error %v", volumes, err)
	}
	subnets, err := client.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	if err != nil || len(subnets.Subnets) != 9 || aws.ToInt32(subnets.Subnets[0].AvailableIpAddressCount) == 0 {
		t.Errorf("got %v, error %v", subnets, err)
	}
	reserved, err := client.DescribeReservedInstances(t.Context(), &ec2.DescribeReservedInstancesInput{
		Filters: []ec2types.Filter{{Name: aws.String("state"), Values: []string{"active"}}}})
	if err != nil || len(reserved.ReservedInstances) != 3 {
		t.Fatalf("got %v, error %v, want 3 active reservations", reserved, err)
	}
	without := 0
	for _, r := range reserved.ReservedInstances {
		if len(r.RecurringCharges) == 0 {
			without++
		}
	}
	if without != 1 {
		t.Errorf("%d reservations without recurring charges, want 1", without) // D38
	}

	server.Fault(simaws.Fault{Service: "ec2", Kind: simaws.Denied})
	_, err = client.DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{})
	if got := fault.DeniedAction(err); got != "ec2:DescribeVolumes" {
		t.Errorf("got denied action %q of %v", got, err)
	}
}

func TestDatabasesComeInPages(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{Volume: 20})
	pages := rds.NewDescribeDBInstancesPaginator(rds.NewFromConfig(server.Config(production)), &rds.DescribeDBInstancesInput{})
	databases, requests := 0, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		databases += len(list.DBInstances)
	}
	if databases <= 100 || requests != (databases+99)/100 {
		t.Errorf("got %d databases in %d pages of 100", databases, requests)
	}
	reserved, err := rds.NewFromConfig(server.Config(production)).DescribeReservedDBInstances(t.Context(), &rds.DescribeReservedDBInstancesInput{})
	if err != nil || len(reserved.ReservedDBInstances) == 0 || aws.ToFloat64(reserved.ReservedDBInstances[0].RecurringCharges[0].RecurringChargeAmount) == 0 {
		t.Errorf("got %v, error %v", reserved, err)
	}
}

func TestBucketsHaveTheirRegion(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	pages := s3.NewListBucketsPaginator(s3.NewFromConfig(server.Config(production)), &s3.ListBucketsInput{MaxBuckets: aws.Int32(10)})
	regions, requests := map[string]int{}, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		for _, b := range list.Buckets {
			regions[aws.ToString(b.BucketRegion)]++
		}
	}
	if len(regions) != 3 || requests < 3 {
		t.Errorf("got buckets of the regions %v in %d pages", regions, requests)
	}
	server.Fault(simaws.Fault{Service: "s3", Kind: simaws.Denied})
	_, err := s3.NewFromConfig(server.Config(production)).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if got := fault.DeniedAction(err); got != "s3:ListAllMyBuckets" {
		t.Errorf("got denied action %q of %v", got, err)
	}
}

func TestComputeResourcesAreListed(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	balancers, err := elasticloadbalancingv2.NewFromConfig(server.Config(production)).DescribeLoadBalancers(t.Context(), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	if err != nil || len(balancers.LoadBalancers) < 5 || len(balancers.LoadBalancers[0].AvailabilityZones) < 2 || balancers.LoadBalancers[0].State.Code != "active" {
		t.Errorf("got %v, error %v", balancers, err)
	}
	groups, err := autoscaling.NewFromConfig(server.Config(production)).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil || len(groups.AutoScalingGroups) < 3 || len(groups.AutoScalingGroups[0].AvailabilityZones) != 2 {
		t.Errorf("got %v, error %v", groups, err)
	}
	pages := lambda.NewListFunctionsPaginator(lambda.NewFromConfig(server.Config(production)), &lambda.ListFunctionsInput{MaxItems: aws.Int32(1000)})
	functions, requests := 0, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		functions += len(list.Functions)
		if f := list.Functions[0]; aws.ToInt32(f.EphemeralStorage.Size) == 0 || len(f.Architectures) != 1 {
			t.Errorf("got function %+v", f)
		}
	}
	if functions <= 50 || requests != (functions+49)/50 {
		t.Errorf("got %d functions in %d pages of 50", functions, requests)
	}
}

func TestSavingsPlansAreListed(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	plans, err := savingsplans.NewFromConfig(server.Config(production)).DescribeSavingsPlans(t.Context(), &savingsplans.DescribeSavingsPlansInput{
		States: []plantypes.SavingsPlanState{plantypes.SavingsPlanStateActive}})
	if err != nil || len(plans.SavingsPlans) != 3 || aws.ToString(plans.SavingsPlans[0].Commitment) == "" {
		t.Errorf("got %v, error %v", plans, err)
	}
}

func TestResourceQueriesAreAnswered(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := configservice.NewFromConfig(server.Config(production))
	pages := configservice.NewSelectResourceConfigPaginator(client, &configservice.SelectResourceConfigInput{
		Expression: aws.String("SELECT resourceId, resourceType, configuration.instanceType WHERE resourceType IN ('AWS::EC2::Instance', 'AWS::EC2::Volume')"), Limit: 100})
	kinds := map[string]int{}
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range list.Results {
			var row struct {
				ResourceType  string
				Configuration struct{ InstanceType string }
			}
			if err := json.Unmarshal([]byte(text), &row); err != nil {
				t.Fatal(err)
			}
			kinds[row.ResourceType]++
			if row.ResourceType == "AWS::EC2::Instance" && row.Configuration.InstanceType == "" {
				t.Errorf("no instance type in %s", text)
			}
		}
	}
	if len(kinds) != 2 {
		t.Errorf("got %v, want instances and volumes", kinds)
	}
	_, err := client.SelectResourceConfig(t.Context(), &configservice.SelectResourceConfigInput{Expression: aws.String("DELETE everything")})
	wantCode(t, err, "InvalidExpressionException")
}
