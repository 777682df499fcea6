// Package quicksight is the optional stack with the dashboards: a network connection to the database, a data source that
// signs in as the user of dashboards, one data set for each view that a visual uses, and the dashboard itself.
//
// The resources are written as CloudFormation has them, because the dashboard is data (package board).
package quicksight

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/quicksight/board"
)

// Props are what the stack needs of others.
type Props struct {
	awscdk.StackProps
	Settings Settings
	// Vpc and Subnets are where the database is; DatabaseGroup is its security group.
	Vpc           awsec2.IVpc
	Subnets       *awsec2.SubnetSelection
	DatabaseGroup awsec2.ISecurityGroup
	// Host, Port and Database say how to reach it.
	Host     *string
	Port     int
	Database string
	// SecretARN is the secret with the password of the user of dashboards.
	SecretARN *string
	// Topic is told when a refresh fails.
	Topic awssns.ITopic
}

// NewStack makes the stack.
func NewStack(scope constructs.Construct, id string, props Props) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, &props.StackProps)
	b := &builder{Stack: stack, Settings: props.Settings}
	source := b.dataSource(props, b.connection(props))
	rules := b.rules(source)
	arns, sets := map[string]string{}, []awscdk.CfnResource{}
	for i, name := range board.DataSets() {
		sets = append(sets, b.dataSet(source, rules, name, i))
		arns[name] = b.dataSetARN(name)
	}
	b.dashboard(board.Definition(arns), sets)
	if b.Spice() {
		b.alarm(props.Topic)
	}
	return stack
}

// builder makes the resources of one stack.
type builder struct {
	awscdk.Stack
	Settings
}

// object is a JSON object of a template.
type object = map[string]any

// resource makes a resource of QuickSight.
func (b *builder) resource(id, kind string, properties object) awscdk.CfnResource {
	properties["AwsAccountId"] = *b.Account()
	return awscdk.NewCfnResource(b.Stack, &id, &awscdk.CfnResourceProps{
		Type: jsii.String("AWS::QuickSight::" + kind), Properties: &properties,
	})
}

// arnOf is the ARN of a resource of this stack.
func arnOf(r awscdk.CfnResource) string {
	return *awscdk.Token_AsString(r.GetAtt(jsii.String("Arn"), ""), nil)
}

// named is an id of QuickSight, unique in account and region as the stack's name is.
func (b *builder) named(what string) string { return fmt.Sprintf("%s-%s", *b.StackName(), what) }
