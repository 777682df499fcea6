package main

import (
	"fmt"

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

// newApp returns an app with the feature flags that the templates need, so that they do not depend on local settings.
func newApp(outdir *string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Outdir: outdir, AnalyticsReporting: jsii.Bool(false),
		Context: &map[string]any{
			// The bucket's policy lets S3 deliver access logs, instead of an access control list.
			"@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true,
			"@aws-cdk/core:enablePartitionLiterals":           true,
			// With indentation, the dashboard's template would approach CloudFormation's size limit.
			"@aws-cdk/core:suppressTemplateIndentation": true,
			"aws:cdk:disable-stack-trace":               true,
			"@aws-cdk/aws-iam:minimizePolicies":         true,
		},
	})
}

// A part is the set of stacks that one run of the CDK deploys, with the credentials of one account. "cdk deploy --all"
// deploys the hub's; "-c part=member" and "-c part=collection" each one stack, in another account.
type part string

const (
	hubPart        part = ""
	memberPart     part = "member"     // pull: the member role, where no StackSet deploys it
	collectionPart part = "collection" // push: the collection of one account
	stackSetPart   part = "stackset"   // push: the template with which a StackSet deploys the collection to many accounts
)

// newStacks creates the stacks of a part of the deployment.
func newStacks(app constructs.Construct, f config.Config, build bundle.Build, p part) error {
	if err := analytics.CheckConfig(f); err != nil {
		return err
	}
	switch {
	case p == hubPart:
		newHubStacks(app, f, build)
	case p == memberPart && f.Collection.Mode == config.Pull:
		organization.NewMemberStack(app, f.Name+"Member", f, &awscdk.StackProps{
			Description: jsii.String("View360: the role that the hub assumes in one account"),
			// The template has no assets, so that the account needs no bootstrap.
			Synthesizer: awscdk.NewBootstraplessSynthesizer(&awscdk.BootstraplessSynthesizerProps{}),
		})
	case p == collectionPart && f.Collection.Mode == config.Push: // the same template in each account, without account ids
		collection.NewStack(app, f.Name+"Collection", f, build, nil, &awscdk.StackProps{Description: jsii.String("View360: collection in one account")})
	case p == stackSetPart && f.Collection.Mode == config.Push:
		newStackSetTemplate(app, f, build)
	default:
		return fmt.Errorf("part %q does not exist with collection.mode %s: leave -c part out for the hub, or give member (pull), collection or stackset (push)", p, f.Collection.Mode)
	}
	addLabels(app, f)
	return nil
}

// codePrefix begins the keys of the functions' zip files in the bucket of a StackSet: with it, they are the names of the
// files that the CDK writes.
const codePrefix = "asset."

// newStackSetTemplate creates the stack whose template a StackSet deploys. Accounts need no bootstrap: they read the
// functions' code from a bucket of the organization, the parameter CodeBucket.
func newStackSetTemplate(app constructs.Construct, f config.Config, build bundle.Build) {
	const bucket = "CodeBucket"
	stack := collection.NewStack(app, f.Name+"CollectionStackSet", f, build, nil, &awscdk.StackProps{
		Description: jsii.String("View360: collection in one account"),
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			FileAssetsBucketName: jsii.String("${" + bucket + "}"), BucketPrefix: jsii.String(codePrefix),
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})
	awscdk.NewCfnParameter(stack.Stack, jsii.String(bucket), &awscdk.CfnParameterProps{
		Description:    jsii.String("Bucket with the functions' code, in the region of the stack, which the organization may read"),
		AllowedPattern: jsii.String(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`),
	})
}

// newHubStacks creates the stacks that are deployed with the hub's credentials.
func newHubStacks(app constructs.Construct, f config.Config, build bundle.Build) {
	hub := &awscdk.Environment{Account: &f.Hub.Account, Region: &f.Hub.Region}
	h := analytics.NewStack(app, f.Name+"Analytics", f, build, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: data, database and loading")})
	if f.Collection.Mode != config.Push {
		collection.NewStack(app, f.Name+"Collection", f, build, h, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: collection")})
	}
	if f.Loading.With == config.Instance {
		receiver.NewStack(app, f.Name+"Receiver", h, build, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: loading on an instance")})
	}
	if f.QuickSight != nil {
		quicksight.NewStack(app, f.Name+"QuickSight", h, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: dashboards")})
	}
	if f.Collection.Mode == config.Pull && f.Organization != nil {
		organization.NewStack(app, f.Name+"Organization", f, &awscdk.StackProps{Env: hub, Description: jsii.String("View360: the member role in all accounts")})
	}
}

// addLabels adds the tags and the permissions boundary to all resources.
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
