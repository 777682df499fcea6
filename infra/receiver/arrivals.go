package receiver

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
	"view360/infra/watch"
)

// newArrivals tells the instance by Run Command that a snapshot has arrived. The command only marks that, so a thousand
// arrivals are cheap, and takes nothing from the event, so a key cannot be a command.
func (b *builder) newArrivals(instance awsec2.Instance) {
	document := awsssm.NewCfnDocument(b.Stack, jsii.String("Command"), &awsssm.CfnDocumentProps{
		DocumentType: jsii.String("Command"), DocumentFormat: jsii.String("JSON"), UpdateMethod: jsii.String("NewVersion"),
		TargetType: jsii.String("/AWS::EC2::Instance"),
		Content: map[string]any{
			"schemaVersion": "2.2", "description": "Has the receiver load the snapshots that wait",
			"mainSteps": []any{map[string]any{
				"action": "aws:runShellScript", "name": "arrived",
				"inputs": map[string]any{"timeoutSeconds": "60", "runCommand": []any{"touch " + arrivedFile}},
			}},
		},
	})
	command := *b.formatARN("ssm", "document/"+*document.Ref())
	undelivered := watch.NewQueue(b.Stack, "Undelivered")
	b.hub.Alarms().WatchQueue(b.Stack, "ReceiverUndelivered", undelivered)
	rule := awsevents.NewCfnRule(b.Stack, jsii.String("Arrived"), &awsevents.CfnRuleProps{
		Description: jsii.String("A snapshot has arrived"), State: jsii.String(b.chooseState()),
		EventPattern: map[string]any{
			"source": []any{"aws.s3"}, "detail-type": []any{"Object Created"},
			"detail": map[string]any{
				"bucket": map[string]any{"name": []any{*b.hub.Bucket.BucketName()}},
				"object": map[string]any{"key": []any{map[string]any{"wildcard": "data/*.json"}}},
			},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: jsii.String("receiver"), Arn: &command, RoleArn: b.newSenderRole(command, instance),
			RunCommandParameters: &awsevents.CfnRule_RunCommandParametersProperty{RunCommandTargets: []any{
				&awsevents.CfnRule_RunCommandTargetProperty{Key: jsii.String("InstanceIds"), Values: &[]*string{instance.InstanceId()}},
			}},
			RetryPolicy:      &awsevents.CfnRule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(185), MaximumEventAgeInSeconds: jsii.Number(86400)},
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: undelivered.QueueArn()},
		}},
	})
	allowFrom(undelivered, rule)
}

func (b *builder) chooseState() string {
	if b.hub.Config.Loading.Paused {
		return "DISABLED"
	}
	return "ENABLED"
}

// newSenderRole is the role with which EventBridge runs the one document on the one instance.
func (b *builder) newSenderRole(document string, instance awsec2.Instance) *string {
	statements := []awsiam.PolicyStatement{
		function.Allow([]string{"ssm:SendCommand"}, document, *b.formatARN("ec2", "instance/"+*instance.InstanceId())),
	}
	return awsiam.NewRole(b.Stack, jsii.String("SenderRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": *b.Account()}},
		}),
		Description: jsii.String("Tells the receiver that a snapshot has arrived"),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"command": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	}).RoleArn()
}

// allowFrom lets a rule put events that it could not deliver into a queue.
func allowFrom(queue awssqs.Queue, rule awsevents.CfnRule) {
	statement := function.AllowIf(map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": *rule.AttrArn()}},
		[]string{"sqs:SendMessage"}, *queue.QueueArn())
	statement.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
	queue.AddToResourcePolicy(statement)
}
