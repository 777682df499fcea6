package main

import (
	"encoding/json"
	"strings"
	"testing"

	"view360/infra/policy"
	"view360/shared/catalog"
)

// member is the role that the StackSet makes in account other, as a policy and a trust policy.
func member(t *testing.T) (trust policy.Policies, read policy.Document) {
	t.Helper()
	set := only(t, synthesized(t, "organization-pull", "Organization"), "AWS::CloudFormation::StackSet", "Members")
	var body object
	if err := json.Unmarshal([]byte(set["TemplateBody"].(string)), &body); err != nil {
		t.Fatal(err)
	}
	role := find(body, "Resources", "MemberRole", "Properties")
	return policy.Policies{
		Owner: other, Delegated: true, Identity: []policy.Document{anything},
		Resource: []policy.Document{resolved(t, find(role, "AssumeRolePolicyDocument"), pseudo(other))},
	}, resolved(t, find(role, "Policies", 0, "PolicyDocument"), pseudo(other))
}

func TestMemberRoleRefusesStrangers(t *testing.T) {
	trust, _ := member(t)
	const collector = "arn:aws:iam::" + owner + ":role/view360/collect/View360Collection-CollectKmsRole-1A2B3C"
	right := map[string]string{"sts:ExternalId": "view360-7d1f0c52", "aws:PrincipalOrgID": orgID}
	for name, c := range map[string]struct {
		principal string
		context   map[string]string
		want      bool
	}{
		"a collector of the hub":                {collector, right, true},
		"without the external id":               {collector, map[string]string{"aws:PrincipalOrgID": orgID}, false},
		"with another external id":              {collector, map[string]string{"sts:ExternalId": "guess", "aws:PrincipalOrgID": orgID}, false},
		"an administrator of the hub":           {"arn:aws:iam::" + owner + ":role/admin", right, false},
		"the hub after it left":                 {collector, map[string]string{"sts:ExternalId": "view360-7d1f0c52"}, false},
		"a role of that name in a third":        {strings.ReplaceAll(collector, owner, third), right, false},
		"a role of that name in the own":        {strings.ReplaceAll(collector, owner, other), right, false},
		"a role that begins like a collector's": {"arn:aws:iam::" + owner + ":role/view360/collector", right, false},
	} {
		t.Run(name, func(t *testing.T) {
			request := policy.Call{Principal: c.principal, Action: "sts:AssumeRole", Context: c.context}
			if got := trust.Allows(request); got != c.want {
				t.Errorf("allowed %t, want %t", got, c.want)
			}
		})
	}
}

// TestMemberRoleCanOnlyRead checks actions that a collector's session must not perform, and all that it needs.
func TestMemberRoleCanOnlyRead(t *testing.T) {
	_, read := member(t)
	session := func(name string) policy.Policies {
		source, known := catalog.FindByName(name)
		if !known {
			t.Fatalf("no source %s", name)
		}
		cut := policy.Document{Version: "2012-10-17", Statement: []policy.Statement{{Effect: "Allow", Action: source.ActionNames(), Resource: policy.Strings{"*"}}}}
		return policy.Policies{Owner: other, Identity: []policy.Document{read}, Session: []policy.Document{cut}}
	}
	request := func(action, resource string) policy.Call {
		return policy.Call{Principal: "arn:aws:iam::" + other + ":role/View360Member", Action: action, Resource: resource}
	}
	const key = "arn:aws:kms:eu-west-1:" + other + ":key/1"
	kms := session("kms")
	if !kms.Allows(request("kms:DescribeKey", key)) || !kms.Allows(request("kms:ListKeys", "*")) {
		t.Error("the kms collector cannot read keys")
	}
	for _, action := range []string{"kms:Decrypt", "kms:ScheduleKeyDeletion", "guardduty:ListFindings", "iam:CreateUser", "s3:GetObject", "secretsmanager:GetSecretValue"} {
		if kms.Allows(request(action, key)) {
			t.Errorf("a session of the kms collector may %s", action)
		}
	}
	fill := strings.NewReplacer("${Partition}", "aws", "${Region}", "eu-west-1", "${Account}", other)
	for _, source := range catalog.Sources {
		for _, action := range source.Actions {
			resource := "*"
			if action.Resource != "" {
				resource = fill.Replace(action.Resource)
			}
			if !session(source.Name).Allows(request(action.Name, resource)) {
				t.Errorf("the %s collector may not %s", source.Name, action.Name)
			}
		}
	}
}

func TestPullModeNamesNoOtherAccount(t *testing.T) {
	hub := synthesized(t, "organization-pull", "Analytics")
	for _, kind := range []string{"AWS::S3::BucketPolicy", "AWS::KMS::Key"} {
		for id, properties := range hub.resources(kind) {
			if body := text(properties); strings.Contains(body, other) || strings.Contains(body, orgID) || strings.Contains(body, "PrincipalArn") {
				t.Errorf("%s lets other accounts in: %s", id, body)
			}
		}
	}
}
