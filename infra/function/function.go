// Package function creates the Lambda functions of all stacks: arm64, code from this module, each with its own role with
// exactly the given permissions, a log group with a retention period, tracing, and a dead-letter queue.
package function

import (
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/bundle"
)

// Props are the properties of one function.
type Props struct {
	// Main is the folder under functions/, such as collect/kms; Files are packed with the binary.
	Main        string
	Files       []bundle.File
	Description string
	MemoryMB    int
	Timeout     time.Duration
	Environment map[string]string
	Statements  []awsiam.PolicyStatement
	// RolePath is the IAM path of the role, which policies of other accounts match; "" means /.
	RolePath string
	// Concurrency is the reserved concurrency; 0 means none.
	Concurrency int
	// Network is the function's network; nil means none.
	Network *Network
}

// Network has the subnets and the security group of functions.
type Network struct {
	Vpc     awsec2.IVpc
	Subnets *awsec2.SubnetSelection
	Group   awsec2.ISecurityGroup
}

// Defaults are the properties that the functions of one state machine share.
type Defaults struct {
	Build       bundle.Build
	DeadLetters awssqs.IQueue
	LogKey      awskms.IKey // nil: an AWS owned key
	LogDays     int
}

// New creates one function and its role, with the permissions of props and those for logs, tracing and the dead-letter
// queue.
func (s Defaults) New(scope constructs.Construct, id string, props Props) awslambda.Function {
	logs := awslogs.NewLogGroup(scope, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
		Retention: ToRetention(s.LogDays), EncryptionKey: s.LogKey, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	role := s.newRole(scope, id, props, logs)
	environment := map[string]*string{}
	for name, value := range props.Environment {
		environment[name] = jsii.String(value)
	}
	p := &awslambda.FunctionProps{
		Description:     jsii.String(props.Description),
		Architecture:    awslambda.Architecture_ARM_64(),
		Runtime:         awslambda.Runtime_PROVIDED_AL2023(),
		Handler:         jsii.String("bootstrap"),
		Code:            awslambda.Code_FromAsset(jsii.String(s.Build.Zip(props.Main, props.Files...)), nil),
		MemorySize:      jsii.Number(props.MemoryMB),
		Timeout:         awscdk.Duration_Seconds(jsii.Number(props.Timeout.Seconds())),
		Environment:     &environment,
		Role:            role.WithoutPolicyUpdates(nil),
		LogGroup:        logs,
		LoggingFormat:   awslambda.LoggingFormat_JSON,
		Tracing:         awslambda.Tracing_ACTIVE,
		DeadLetterQueue: s.DeadLetters,
	}
	if props.Concurrency > 0 {
		p.ReservedConcurrentExecutions = jsii.Number(props.Concurrency)
	}
	if props.Network != nil {
		p.Vpc, p.VpcSubnets, p.SecurityGroups = props.Network.Vpc, props.Network.Subnets, &[]awsec2.ISecurityGroup{props.Network.Group}
	}
	return awslambda.NewFunction(scope, jsii.String(id), p)
}

// sharedNetworkActions are those of Lambda that stand on all resources: describing supports no others, and Lambda refuses a
// role that may delete only some interfaces (hashicorp/terraform-provider-aws issue 20698).
var sharedNetworkActions = []string{
	"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
}

// listNetworkStatements allows Lambda, with a function's role, to attach the function to its subnets, and to no others.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
func listNetworkStatements(scope constructs.Construct, n *Network) []awsiam.PolicyStatement {
	stack := awscdk.Stack_Of(scope)
	format := func(resource string) string {
		return *stack.FormatArn(&awscdk.ArnComponents{Service: jsii.String("ec2"), Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME})
	}
	created := []string{format("network-interface/*"), format("security-group/" + *n.Group.SecurityGroupId())}
	for _, id := range *n.Vpc.SelectSubnets(n.Subnets).SubnetIds {
		created = append(created, format("subnet/"+*id))
	}
	return []awsiam.PolicyStatement{Allow([]string{"ec2:CreateNetworkInterface"}, created...), Allow(sharedNetworkActions, "*")}
}

// newRole creates the role of a function.
func (s Defaults) newRole(scope constructs.Construct, id string, props Props, logs awslogs.LogGroup) awsiam.Role {
	statements := append([]awsiam.PolicyStatement{
		Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, *logs.LogGroupArn()),
		Allow([]string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, "*"),
		Allow([]string{"sqs:SendMessage"}, *s.DeadLetters.QueueArn()),
	}, props.Statements...)
	if props.Network != nil {
		statements = append(statements, listNetworkStatements(scope, props.Network)...)
	}
	var path *string
	if props.RolePath != "" {
		path = jsii.String(props.RolePath)
	}
	return awsiam.NewRole(scope, jsii.String(id+"Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("Role of the function " + strings.ReplaceAll(props.Main, "/", " ")),
		Path:        path,
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"function": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	})
}

// Allow returns a statement that allows actions on resources.
func Allow(actions []string, resources ...string) awsiam.PolicyStatement {
	return AllowIf(nil, actions, resources...)
}

// AllowIf returns a statement that allows actions on resources under conditions, which are by operator and key.
func AllowIf(conditions map[string]any, actions []string, resources ...string) awsiam.PolicyStatement {
	props := &awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: jsii.Strings(resources...)}
	if conditions != nil {
		props.Conditions = &conditions
	}
	return awsiam.NewPolicyStatement(props)
}

// FormatServiceName returns the name of a service of a region in conditions and principals, such as s3.eu-west-1.amazonaws.com
// or s3.cn-north-1.amazonaws.com.cn.
func FormatServiceName(service, region string) string {
	return service + "." + region + "." + *awscdk.Aws_URL_SUFFIX()
}

// FormatStackSuffix returns 8 characters that each new stack has others of, for the names of resources that must have one.
// A failed first deployment leaves a stack that can only be deleted, and what it could not delete does not stop the next.
func FormatStackSuffix(stack awscdk.Stack) string {
	id := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), stack.StackId(), nil)) // of arn:...:stack/name/id
	return *awscdk.Fn_Select(jsii.Number(0), awscdk.Fn_Split(jsii.String("-"), id, nil))
}
