package receiver

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/function"
)

// agentActions are the actions that the Systems Manager agent needs for Run Command and Session Manager. None supports
// resources.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
var agentActions = []string{
	"ssm:UpdateInstanceInformation", "ssm:ListInstanceAssociations", "ssm:ListAssociations",
	"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
}

// newRole creates the instance's role, with the permissions of all functions of the load state machine together and those
// for logs, the program and Systems Manager.
func (b *builder) newRole(program awss3assets.Asset) awsiam.Role {
	h := b.hub
	statements := append(h.Objects().Statements(function.Access{
		Read: []string{"data", "loaded"}, Write: []string{"loaded", "rejected"}, Delete: []string{"data"}, Versions: true,
	}),
		function.Allow([]string{"rds-db:connect"}, *b.formatARN("rds-db", "dbuser:"+*h.Database.ResourceID+"/"+analytics.Loader)),
		function.Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"}, *b.logs.LogGroupArn()),
		function.Allow([]string{"s3:GetObject"}, *program.Bucket().ArnForObjects(program.S3ObjectKey())),
		function.Allow(agentActions, "*"),
	)
	return awsiam.NewRole(b.Stack, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("ec2.amazonaws.com"), nil), Description: jsii.String("Role of the receiver"),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"receiver": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	})
}

// formatARN returns the ARN of a resource in the stack's account and region.
func (b *builder) formatARN(service, resource string) *string {
	return b.FormatArn(&awscdk.ArnComponents{Service: &service, Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME})
}
