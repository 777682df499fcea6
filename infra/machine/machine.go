// Package machine creates the state machines from their definition files, with logs and permissions.
package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
)

// Props are the properties of one state machine.
type Props struct {
	// Definition is the text of the file; Placeholders has the values of its placeholders.
	Definition   []byte
	Placeholders map[string]string
	// Functions are the ARNs of the functions to invoke.
	Functions []string
	// Statements are further permissions.
	Statements []awsiam.PolicyStatement
	LogKey     awskms.IKey // nil: an AWS owned key
	LogDays    int
}

// New creates a state machine and its role. It logs failed steps, without their data.
func New(scope constructs.Construct, id string, props Props) sfn.StateMachine {
	stack := awscdk.Stack_Of(scope)
	logs := awslogs.NewLogGroup(scope, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
		// Step Functions can add only a few groups to its resource policy; groups with this prefix need one entry together.
		LogGroupName: jsii.String("/aws/vendedlogs/states/" + *stack.StackName() + "-" + id + "-" + function.FormatStackSuffix(stack)),
		Retention:    function.ToRetention(props.LogDays), EncryptionKey: props.LogKey, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	placeholders := map[string]*string{"Partition": stack.Partition()}
	for name, value := range props.Placeholders {
		placeholders[name] = &value
	}
	return sfn.NewStateMachine(scope, &id, &sfn.StateMachineProps{
		DefinitionBody:          sfn.DefinitionBody_FromString(jsii.String(string(props.Definition))),
		DefinitionSubstitutions: &placeholders,
		Role:                    newRole(scope, id, props),
		TracingEnabled:          jsii.Bool(true),
		Logs:                    &sfn.LogOptions{Destination: logs, Level: sfn.LogLevel_ERROR, IncludeExecutionData: jsii.Bool(false)},
	})
}

// delivery lists the actions that Step Functions needs to send logs; none supports resources.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
var delivery = []string{
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
	"logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
}

// newRole creates the role of a state machine.
func newRole(scope constructs.Construct, id string, props Props) awsiam.IRole {
	stack := awscdk.Stack_Of(scope)
	statements := append([]awsiam.PolicyStatement{
		function.Allow([]string{"lambda:InvokeFunction"}, props.Functions...),
		function.Allow(delivery, "*"),
		function.Allow([]string{"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"}, "*"),
	}, props.Statements...)
	role := awsiam.NewRole(scope, jsii.String(id+"Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("states.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": *stack.Account()}},
		}),
		InlinePolicies: &map[string]awsiam.PolicyDocument{"machine": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements})},
	})
	return role.WithoutPolicyUpdates(nil)
}
