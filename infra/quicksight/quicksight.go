// Package quicksight is the optional stack with the dashboard: a network connection to the database, a data source that
// signs in as the dashboard user, one data set for each view that a visual uses, and the dashboard itself.
//
// It uses plain CloudFormation resources, because package board returns the dashboard as such.
package quicksight

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/config"
	"view360/infra/quicksight/board"
)

// NewStack creates the stack, which uses the hub's network and database.
func NewStack(scope constructs.Construct, id string, hub *analytics.Hub, props *awscdk.StackProps) awscdk.Stack {
	b := &builder{Stack: awscdk.NewStack(scope, &id, props), QuickSight: *hub.Config.QuickSight, hub: hub}
	source := b.newDataSource(b.newConnection())
	rules := b.newRules(source)
	arns, sets := map[string]string{}, []awscdk.CfnResource{}
	for i, name := range board.DataSets() {
		sets = append(sets, b.newDataSet(source, rules, name, i))
		arns[name] = b.formatDataSetARN(name)
	}
	b.newDashboard(board.BuildDefinition(arns), sets)
	return b.Stack
}

// builder creates the resources of one stack.
type builder struct {
	awscdk.Stack
	config.QuickSight
	hub *analytics.Hub
}

// object is a JSON object of a template.
type object = map[string]any

// newResource creates a QuickSight resource.
func (b *builder) newResource(id, kind string, properties object) awscdk.CfnResource {
	properties["AwsAccountId"] = *b.Account()
	return awscdk.NewCfnResource(b.Stack, &id, &awscdk.CfnResourceProps{
		Type: jsii.String("AWS::QuickSight::" + kind), Properties: &properties,
	})
}

// getARN returns the ARN of a resource of this stack.
func getARN(r awscdk.CfnResource) string {
	return *awscdk.Token_AsString(r.GetAtt(jsii.String("Arn"), ""), nil)
}

// buildID returns a QuickSight id, which is unique in account and region because the stack's name is.
func (b *builder) buildID(suffix string) string { return fmt.Sprintf("%s-%s", *b.StackName(), suffix) }
