package configinventory_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/configinventory"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "config_inventory"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, configinventory.Collector, options)
}

func resources(t *testing.T, r collecttest.Result) []snapshot.ConfigResource {
	t.Helper()
	return collecttest.Elements[snapshot.ConfigResource](t, r, section)
}

// answer makes the query return these results.
func answer(b *collecttest.Bench, results ...string) {
	b.Override(simaws.Answer{Service: "config", Operation: "SelectResourceConfig", Give: func(simaws.Request) (any, error) {
		return map[string]any{"Results": results}, nil
	}})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, configinventory.Collector, collecttest.Cases{
		Options:   simaws.Options{Volume: 0.05},
		Essential: []string{"SelectResourceConfig"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { answer(b) },
			Status:  outcome.NotEnabled, Reason: "turn on a configuration recorder",
		}, {
			Prepare: func(b *collecttest.Bench) { b.Fault(simaws.Fault{Kind: simaws.Stopped}) },
			Status:  outcome.NotEnabled, Reason: "recorder in us-east-1 is stopped",
		}},
		NoHistory: true,
	})
}

func TestEveryPageIsRead(t *testing.T) {
	b := bench(t, simaws.Options{Volume: 2})
	got := resources(t, b.Passed())
	if pages := len(b.Calls()) - 1; len(got) <= 300 || pages != (len(got)+99)/100 {
		t.Errorf("got %d resources in %d pages of 100", len(got), pages)
	}
	for _, r := range got {
		if r.ResourceID == "" || r.ResourceType == "" || r.ResourceSubtype == "" || r.ARN == nil || r.CreationDate == nil {
			t.Fatalf("got %+v", r)
		}
	}
}

func TestTypesMapToTheirService(t *testing.T) {
	b := bench(t, simaws.Options{})
	for resourceType, want := range map[string]string{
		"AWS::EC2::Instance": "EC2 Instance", "AWS::EC2::Volume": "EBS Volume", "AWS::EC2::Subnet": "VPC Subnet", "AWS::EC2::SecurityGroup": "VPC SecurityGroup",
		"AWS::EC2::VPC": "VPC VPC", "AWS::RDS::DBInstance": "RDS DBInstance", "AWS::S3::Bucket": "S3 Bucket", "AWS::Lambda::Function": "Lambda Function",
		"AWS::ElasticLoadBalancingV2::LoadBalancer": "ELB LoadBalancer", "AWS::AutoScaling::AutoScalingGroup": "AutoScaling AutoScalingGroup", "AWS::DynamoDB::Table": "DynamoDB Table",
	} {
		answer(b, `{"resourceId":"x","resourceType":"`+resourceType+`"}`)
		got := resources(t, b.Passed())[0]
		if kind := got.ResourceType + " " + got.ResourceSubtype; kind != want || got.ServiceName != got.ResourceType {
			t.Errorf("%s: got %s of service %s, want %s", resourceType, kind, got.ServiceName, want)
		}
	}
}

func TestResourcesFillTheirMembers(t *testing.T) {
	b := bench(t, simaws.Options{})
	answer(b, `{"resourceId":"vol-1","resourceType":"AWS::EC2::Volume","arn":"a","awsRegion":"us-east-1","availabilityZone":"us-east-1b","resourceCreationTime":"2026-01-02T03:04:05.678Z",
		"tags":[{"key":"team","value":"x","tag":"team=x"},{"key":"Name","value":"data","tag":"Name=data"}],"configuration":{"size":80,"volumeType":"gp3","state":{"value":"in-use"}}}`,
		`{"resourceId":"db-1","resourceName":"orders","resourceType":"AWS::RDS::DBInstance","awsRegion":"us-east-1","availabilityZone":"Multiple Availability Zones",
		"configuration":{"engine":"postgres","dBInstanceClass":"db.t4g.medium","dBInstanceStatus":"available","multiAZ":true,"allocatedStorage":100,"storageType":"gp3"}}`,
		`{"resourceId":"odd","resourceType":"AWS::Odd::Thing","awsRegion":"global","availabilityZone":"Not Applicable","configuration":{"type":{"deep":1},"state":"text","size":"large","multiAZ":null}}`)
	want := []string{
		`{"service_name":"EBS","resource_type":"EBS","resource_id":"vol-1","resource_name":"data","region":"us-east-1","availability_zone":"us-east-1b","state":"in-use","size_gb":80,"volume_type":"gp3","creation_date":"2026-01-02T03:04:05.678Z","arn":"a","resource_subtype":"Volume"}`,
		`{"service_name":"RDS","resource_type":"RDS","resource_id":"db-1","resource_name":"orders","region":"us-east-1","state":"available","engine":"postgres","instance_class":"db.t4g.medium","multi_az":true,"size_gb":100,"volume_type":"gp3","resource_subtype":"DBInstance"}`,
		`{"service_name":"Odd","resource_type":"Odd","resource_id":"odd","resource_name":"","region":"global","resource_subtype":"Thing"}`,
	}
	for i, got := range resources(t, b.Passed()) {
		var expected snapshot.ConfigResource
		if err := json.Unmarshal([]byte(want[i]), &expected); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", got.ResourceID, diff)
		}
	}
}

func TestEvaluationsAreNotResources(t *testing.T) {
	b := bench(t, simaws.Options{})
	var query string
	b.Override(simaws.Answer{Service: "config", Operation: "SelectResourceConfig", Give: func(r simaws.Request) (any, error) {
		query = string(r.Input)
		return nil, simaws.ErrPassOn
	}})
	b.Passed()
	if !strings.Contains(query, `WHERE NOT resourceType IN ('AWS::Config::ResourceCompliance'`) {
		t.Errorf("got query %s", query)
	}
}

func TestOneResultFailsAlone(t *testing.T) {
	b := bench(t, simaws.Options{})
	answer(b, `{"resourceId":"a","resourceType":"AWS::SNS::Topic"}`, `{"resourceId":`, `{"resourceId":"b","resourceType":"AWS::SNS::Topic"}`)
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 1 || len(resources(t, result)) != 2 {
		t.Errorf("got %+v", result.Outcome)
	}
}

func TestNothingRecordedIsNotEnabled(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Fault(simaws.Fault{Kind: simaws.EmptyPage, Times: 1})
	if got := resources(t, b.Passed()); len(got) == 0 {
		t.Error("an empty page before the first result hides it")
	}
	answer(b)
	result := b.Run()
	if result.Err != nil || result.Status != outcome.NotEnabled || !strings.Contains(result.Reason, "configuration recorder") || len(result.Content) != 0 {
		t.Errorf("got %+v, error %v", result.Outcome, result.Err)
	}
}
