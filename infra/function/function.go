// Package function makes the Lambda functions of all stacks: arm64, code from this module, a role of their own with
// exactly the statements that are given, a log group that ends, tracing, and a dead-letter queue.
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

// Props are what differs between functions.
type Props struct {
	// Main is the folder under functions/, such as collect/kms; Files are put beside the binary.
	Main        string
	Files       []bundle.File
	Description string
	MemoryMB    int
	Timeout     time.Duration
	Environment map[string]string
	Statements  []awsiam.PolicyStatement
	// RolePath is the IAM path of the role, by which the policies of other accounts know it; "" means /.
	RolePath string
	// Concurrency bounds how many run at once; 0 means no bound of its own.
	Concurrency int
	// Network is where the function runs; nil means outside of any network.
	Network *Network
}

// Network are subnets and the security group of functions in them.
type Network struct {
	Vpc     awsec2.IVpc
	Subnets *awsec2.SubnetSelection
	Group   awsec2.ISecurityGroup
}

// Defaults is what the functions of one stage of the pipeline have in common.
type Defaults struct {
	Build       bundle.Build
	DeadLetters awssqs.IQueue
	LogKey      awskms.IKey // nil: the logs are encrypted with a key of AWS
	LogDays     int
}

// New makes one function and its role. Lambda itself needs nothing else of the role; what tracing and the dead-letter
// queue need is added.
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

// networkActions are what Lambda does with a function's role to attach it to a network. EC2 knows no resource for most.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
var networkActions = []string{
	"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
	"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
}

func (s Defaults) newRole(scope constructs.Construct, id string, props Props, logs awslogs.LogGroup) awsiam.Role {
	statements := append([]awsiam.PolicyStatement{
		Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, *logs.LogGroupArn()),
		Allow([]string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, "*"),
		Allow([]string{"sqs:SendMessage"}, *s.DeadLetters.QueueArn()),
	}, props.Statements...)
	if props.Network != nil {
		statements = append(statements, Allow(networkActions, "*"))
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

// Allow is a statement that allows actions on resources.
func Allow(actions []string, resources ...string) awsiam.PolicyStatement {
	return AllowIf(nil, actions, resources...)
}

// AllowIf is Allow under conditions, operator by operator.
func AllowIf(conditions map[string]any, actions []string, resources ...string) awsiam.PolicyStatement {
	props := &awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: jsii.Strings(resources...)}
	if conditions != nil {
		props.Conditions = &conditions
	}
	return awsiam.NewPolicyStatement(props)
}
