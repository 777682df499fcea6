// Package machine makes the state machines from their files, with the logs and rights that each has.
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

// Props are what differs between machines.
type Props struct {
	// Definition is the file; Placeholders fill it in.
	Definition   []byte
	Placeholders map[string]string
	// Functions are the ARNs of what the machine invokes.
	Functions []string
	// Statements are what else it may do.
	Statements []awsiam.PolicyStatement
	LogKey     awskms.IKey // nil: a key of AWS
	LogDays    int
}

// New makes a machine. Failed steps are logged without the data that they were given.
func New(scope constructs.Construct, id string, props Props) sfn.StateMachine {
	stack := awscdk.Stack_Of(scope)
	logs := awslogs.NewLogGroup(scope, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
		// Step Functions can only add so many groups to its own policy; names of this form share one.
		LogGroupName: jsii.String("/aws/vendedlogs/states/" + *stack.StackName() + "-" + id),
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

// delivery is what Step Functions does to send logs; none of it knows a resource.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
var delivery = []string{
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
	"logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
}

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
