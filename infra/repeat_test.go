package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// A first deployment that fails leaves a stack that can only be deleted. What is retained, protected, or created outside
// of CloudFormation under a fixed name stops the second one.

func TestFailedFirstDeploymentLeavesNothing(t *testing.T) {
	eachResource(func(id string, resource object) {
		switch policy := resource["DeletionPolicy"]; policy {
		case nil, "Delete", "RetainExceptOnCreate":
		case "Snapshot": // leaves a snapshot, under a name of its own
			if resource["Type"] != "AWS::RDS::DBCluster" {
				t.Errorf("%s: deletion policy %v", id, policy)
			}
		default:
			t.Errorf("%s: deletion policy %v, want RetainExceptOnCreate", id, policy)
		}
		if find(resource, "Properties", "DeletionProtection") != nil || find(resource, "Properties", "DeletionProtectionEnabled") != nil {
			t.Errorf("%s is protected from deletion before the last step", id)
		}
	})
}

// fixedNames are the resources whose name is the same in each stack, by type and a part of the logical id, with the reason.
// CloudFormation deletes each of them when a first deployment fails, and no service creates it again.
var fixedNames = map[string]string{
	"AWS::S3::Bucket DataBucket":    "policies of other accounts name it",
	"AWS::IAM::Role MemberRole":     "the hub assumes it by its name in each account",
	"AWS::IAM::Role SecretsRole":    "QuickSight takes only this name",
	"AWS::CloudFormation::StackSet": "has no other identity",
}

// nameProperties are the properties with which CloudFormation sets the physical name of a resource.
var nameProperties = []string{
	"BucketName", "RoleName", "GroupName", "FunctionName", "LogGroupName", "QueueName", "TopicName", "StateMachineName",
	"DBClusterIdentifier", "DBInstanceIdentifier", "DBSubnetGroupName", "DBClusterParameterGroupName", "AliasName", "AlarmName",
	"DashboardName", "StackSetName", "DocumentName", "ManagedPolicyName", "InstanceProfileName", "EventBusName", "ScheduleName",
}

func TestPhysicalNamesAreOfOneStack(t *testing.T) {
	used := map[string]bool{}
	eachResource(func(id string, resource object) {
		for _, property := range nameProperties {
			name := find(resource, "Properties", property)
			if name == nil || isReference(resource, property) || strings.Contains(text(name), "AWS::StackId") {
				continue
			}
			kind := resource["Type"].(string)
			key := slices.IndexFunc(slices.Collect(maps.Keys(fixedNames)), func(k string) bool {
				kindOf, construct, _ := strings.Cut(k, " ")
				return kindOf == kind && strings.Contains(id, construct)
			})
			if key < 0 {
				t.Errorf("%s (%s) has the fixed name %s", id, kind, text(name))
				continue
			}
			used[kind] = true
		}
	})
	for key := range fixedNames {
		if kind, _, _ := strings.Cut(key, " "); !used[kind] {
			t.Errorf("%s has no fixed name any more", key)
		}
	}
}

// isReference reports whether a property that names a resource of one type refers to another resource.
func isReference(resource object, property string) bool {
	value, isObject := find(resource, "Properties", property).(object)
	return isObject && (value["Ref"] != nil && !strings.HasPrefix(value["Ref"].(string), "AWS::") || value["Fn::GetAtt"] != nil)
}

func TestNoConcurrencyIsReservedUnlessAsked(t *testing.T) {
	each(t, "AWS::Lambda::Function", func(t *testing.T, id string, f object) {
		if reserved := f["ReservedConcurrentExecutions"]; reserved != nil {
			t.Errorf("%s reserves %v: an account may have 10 in all", id, reserved)
		}
	})
}

func TestDatabaseIsProtectedByTheLastStep(t *testing.T) {
	protected := 0
	for example, synthesize := range scenarios {
		stack := synthesize()["Analytics"]
		resources := stack.body["Resources"].(object)
		clusters := stack.resources("AWS::RDS::DBCluster")
		for id := range stack.resources("Custom::View360Protection") {
			protected++
			after, _ := find(resources, id, "DependsOn").([]any)
			for other, resource := range resources {
				own := other == id || strings.HasPrefix(other, "Protect") || resource.(object)["Type"] == "AWS::CDK::Metadata"
				if !own && !slices.Contains(after, any(other)) {
					t.Errorf("%s: the database is protected before %s exists", example, other)
				}
			}
		}
		if got := len(stack.resources("Custom::View360Protection")); got != len(clusters) {
			t.Errorf("%s: %d clusters, %d are protected", example, len(clusters), got)
		}
	}
	if protected == 0 {
		t.Error("no example has a cluster")
	}
}

// eachResource calls visit with every resource of every stack of every example.
func eachResource(visit func(id string, resource object)) {
	for example, synthesize := range scenarios {
		for name, stack := range synthesize() {
			for id, resource := range stack.body["Resources"].(object) {
				visit(example+" "+name+" "+id, resource.(object))
			}
		}
	}
}
