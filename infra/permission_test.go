package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/infra/policy"
	"view360/shared/catalog"
)

// withoutResource are the actions that AWS only grants on all resources, beside those of the catalog.
var withoutResource = []string{
	// Lambda attaches functions to the network with these.
	"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
	"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:DescribeSecurityGroups",
	// X-Ray supports no resources for writing.
	"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
	// Step Functions sets up the delivery of its logs; flow logs look for their group.
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
	"logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
	// The quota of concurrent executions.
	"lambda:GetAccountSettings",
	// Lists of the organization.
	"organizations:ListAccounts", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent",
	"organizations:ListTagsForResource",
	// The agent of Systems Manager on the instance of option B.
	"ssm:UpdateInstanceInformation", "ssm:ListAssociations", "ssm:ListInstanceAssociations",
	"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
	"ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint",
	"ec2messages:GetMessages", "ec2messages:SendReply", "ssm:GetDocument", "ssm:DescribeDocument",
}

// reviewed reports whether an action may stand on all resources.
func reviewed(action string) bool {
	for _, source := range catalog.Sources {
		for _, a := range source.Actions {
			if a.Name == action && a.Resource == "" {
				return true
			}
		}
	}
	return slices.Contains(withoutResource, action)
}

func TestNoPolicyHasActionWildcards(t *testing.T) { // A1
	check := func(t *testing.T, id string, document any) {
		for _, s := range parse(t, document).Statement {
			for _, action := range s.Action {
				if strings.Contains(action, "*") {
					t.Errorf("%s allows %s", id, action)
				}
				if s.Effect == "Allow" && slices.Contains(s.Resource, "*") && !reviewed(action) {
					t.Errorf("%s allows %s on every resource", id, action)
				}
			}
		}
	}
	each(t, "AWS::IAM::Role", func(t *testing.T, id string, properties object) {
		policies, _ := properties["Policies"].([]any)
		for _, p := range policies {
			check(t, id, find(p, "PolicyDocument"))
		}
	})
	each(t, "AWS::IAM::Policy", func(t *testing.T, id string, properties object) { check(t, id, properties["PolicyDocument"]) })
}

// parse reads a policy of a template; ARNs of resources become their logical ids.
func parse(t *testing.T, document any) policy.Document {
	t.Helper()
	parsed, err := policy.FromTemplate(document, pseudo(owner))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// pseudo are the pseudo parameters of an account's stacks.
func pseudo(account string) map[string]string {
	return map[string]string{
		"AWS::Partition": "aws", "AWS::AccountId": account, "AWS::Region": "eu-west-1", "AWS::URLSuffix": "amazonaws.com",
	}
}

// rolePolicy is the one policy of a role.
func rolePolicy(t *testing.T, stack template, prefix string) (policy.Document, object) {
	t.Helper()
	for id, role := range stack.resources("AWS::IAM::Role") {
		if strings.HasPrefix(id, prefix) {
			return parse(t, find(role, "Policies", 0, "PolicyDocument")), role
		}
	}
	t.Fatalf("no role %s", prefix)
	return policy.Document{}, nil
}

// actionsOf are the actions that a policy allows, but for those that every function has.
func actionsOf(d policy.Document) []string {
	var actions []string
	for _, s := range d.Statement {
		for _, action := range s.Action {
			service, _, _ := strings.Cut(action, ":")
			if !slices.Contains([]string{"logs", "xray", "sqs", "s3", "kms"}, service) || action == "kms:ListKeys" {
				actions = append(actions, action)
			}
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

func TestEachCollectorHasExactlyItsActions(t *testing.T) {
	for _, source := range catalog.Sources {
		want := source.ActionNames()
		slices.Sort(want)
		want = slices.Compact(slices.DeleteFunc(want, func(action string) bool {
			return strings.HasPrefix(action, "s3:") || strings.HasPrefix(action, "kms:") || strings.HasPrefix(action, "sqs:") || strings.HasPrefix(action, "logs:")
		}))
		id := "Collect" + strings.ToUpper(source.Name[:1]) + source.Name[1:] + "Role"
		own, _ := rolePolicy(t, synthesized(t, "single-account", "Collection"), id)
		got := slices.DeleteFunc(actionsOf(own), func(action string) bool { return strings.HasPrefix(action, "kms:") })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s of a single account: %s", source.Name, diff)
		}
		pulling, role := rolePolicy(t, synthesized(t, "organization-pull", "Collection"), id)
		if !strings.Contains(text(find(role, "Policies", 0)), `{"StringEquals":{"aws:ResourceOrgID":"`+orgID+`"}}`) {
			t.Errorf("%s may assume roles outside of the organization", source.Name)
		}
		if diff := cmp.Diff([]string{"sts:AssumeRole"}, actionsOf(pulling)); diff != "" {
			t.Errorf("%s of an organization: %s", source.Name, diff)
		}
	}
}
