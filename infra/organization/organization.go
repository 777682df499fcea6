// Package organization deploys the member role that the hub assumes: to all accounts of organizational units, including
// accounts that join later, by a StackSet, or to one account by a stack.
//
// StackSets do not deploy to the management account of the organization; the stack does.
package organization

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/config"
)

// NewStack creates the stack with the StackSet.
func NewStack(scope constructs.Construct, id string, f config.Config, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, props)
	callAs := "SELF"
	if f.Organization.DelegatedAdministrator {
		callAs = "DELEGATED_ADMIN"
	}
	awscdk.NewCfnStackSet(stack, jsii.String("Members"), &awscdk.CfnStackSetProps{
		StackSetName: jsii.String(id + "Members"), PermissionModel: jsii.String("SERVICE_MANAGED"), CallAs: &callAs,
		Description:      jsii.String("View360: the role that the hub assumes"),
		AutoDeployment:   &awscdk.CfnStackSet_AutoDeploymentProperty{Enabled: jsii.Bool(true), RetainStacksOnAccountRemoval: jsii.Bool(false)},
		Capabilities:     jsii.Strings("CAPABILITY_NAMED_IAM"),
		ManagedExecution: object{"Active": true},
		OperationPreferences: &awscdk.CfnStackSet_OperationPreferencesProperty{
			MaxConcurrentPercentage: jsii.Number(25), FailureTolerancePercentage: jsii.Number(20),
		},
		// IAM is global, so one region is enough.
		StackInstancesGroup: &[]any{&awscdk.CfnStackSet_StackInstancesProperty{
			DeploymentTargets: buildTargets(f), Regions: jsii.Strings(f.Hub.Region),
		}},
		TemplateBody: jsii.String(string(BuildTemplate(f))),
	})
	return stack
}

// buildTargets returns the units, limited to the configured accounts or without the excluded ones.
func buildTargets(f config.Config) *awscdk.CfnStackSet_DeploymentTargetsProperty {
	t := &awscdk.CfnStackSet_DeploymentTargetsProperty{OrganizationalUnitIds: jsii.Strings(f.Organization.Units...)}
	switch {
	case len(f.Collection.Accounts) > 0:
		t.AccountFilterType, t.Accounts = jsii.String("INTERSECTION"), jsii.Strings(f.Collection.Accounts...)
	case len(f.Collection.ExcludeAccounts) > 0:
		t.AccountFilterType, t.Accounts = jsii.String("DIFFERENCE"), jsii.Strings(f.Collection.ExcludeAccounts...)
	}
	return t
}

// NewMemberStack creates the stack with the role, for the account that it is deployed to.
func NewMemberStack(scope constructs.Construct, id string, f config.Config, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, props)
	role := buildMemberRole(f)
	properties := role["Properties"].(object)
	awscdk.NewCfnResource(stack, jsii.String("MemberRole"), &awscdk.CfnResourceProps{
		Type: jsii.String(role["Type"].(string)), Properties: &properties,
	})
	return stack
}

// BuildTemplate returns the template of the StackSet, the same bytes for every account.
func BuildTemplate(f config.Config) []byte {
	text, err := json.Marshal(object{
		"AWSTemplateFormatVersion": "2010-09-09",
		"Description":              "View360: the role with which the hub reads this account. It can change nothing.",
		"Resources":                object{"MemberRole": buildMemberRole(f)},
	})
	if err != nil {
		panic(err) // plain maps and texts
	}
	return text
}
