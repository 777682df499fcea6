package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/bundle"
	"view360/infra/collection"
	"view360/infra/config"
	"view360/infra/organization"
	"view360/infra/quicksight"
	"view360/infra/receiver"
)

// newApp makes the app with the behaviours that templates rely on, so that they do not depend on who runs it.
func newApp(outdir *string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Outdir: outdir, AnalyticsReporting: jsii.Bool(false),
		Context: &map[string]any{
			// S3 may deliver access logs by the bucket's policy, and needs no access control list.
			"@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true,
			"@aws-cdk/core:enablePartitionLiterals":           true,
			// The template of the dashboards would come near to the limit of CloudFormation.
			"@aws-cdk/core:suppressTemplateIndentation": true,
			"aws:cdk:disable-stack-trace":               true,
			"@aws-cdk/aws-iam:minimizePolicies":         true,
		},
	})
}

// newStacks makes the stacks of an installation.
func newStacks(app constructs.Construct, f config.Config, build bundle.Build) error {
	if err := analytics.CheckConfig(f); err != nil {
		return err
	}
	hub := &awscdk.Environment{Account: &f.Hub.Account, Region: &f.Hub.Region}
	h := analytics.NewStack(app, f.Name+"Analytics", f, build, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: data, database and loading")})
	switch f.Collection.Mode {
	case config.Push: // the same in each account: its template names none
		collection.NewStack(app, f.Name+"Collection", f, build, nil, &awscdk.StackProps{Description: jsii.String("View360: collection in one account")})
	default:
		collection.NewStack(app, f.Name+"Collection", f, build, h, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: collection")})
	}
	if f.Loading.With == config.Instance {
		receiver.NewStack(app, f.Name+"Receiver", h, build, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: loading on an instance")})
	}
	if f.QuickSight != nil {
		quicksight.NewStack(app, f.Name+"QuickSight", h, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: dashboards")})
	}
	if f.Collection.Mode == config.Pull {
		organization.NewMemberStack(app, f.Name+"Member", f, &awscdk.StackProps{Description: jsii.String("View360: the role that the hub assumes in one account")})
		if f.Organization != nil {
			organization.NewStack(app, f.Name+"Organization", f, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: the member role in all accounts")})
		}
	}
	addLabels(app, f)
	return nil
}

// addLabels puts tags and the permissions boundary on everything.
func addLabels(app constructs.Construct, f config.Config) {
	tags := awscdk.Tags_Of(app)
	for key, value := range f.Tags {
		tags.Add(jsii.String(key), jsii.String(value), nil)
	}
	if f.PermissionsBoundary == "" {
		return
	}
	for _, child := range *app.Node().Children() {
		stack := awscdk.Stack_Of(child)
		boundary := awsiam.ManagedPolicy_FromManagedPolicyName(stack, jsii.String("Boundary"), &f.PermissionsBoundary)
		awsiam.PermissionsBoundary_Of(stack).Apply(boundary)
	}
}
