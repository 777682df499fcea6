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

// newArrivals creates a rule that notifies the instance of a new snapshot with Run Command. The command only creates a
// file, so that a thousand snapshots are cheap, and contains nothing from the event, so that a key cannot inject a command.
func (b *builder) newArrivals(instance awsec2.Instance) {
	document := awsssm.NewCfnDocument(b.Stack, jsii.String("Command"), &awsssm.CfnDocumentProps{
		DocumentType: jsii.String("Command"), DocumentFormat: jsii.String("JSON"), UpdateMethod: jsii.String("NewVersion"),
		TargetType: jsii.String("/AWS::EC2::Instance"),
		Content: map[string]any{
			"schemaVersion": "2.2", "description": "Makes the receiver load waiting snapshots",
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

// chooseState returns the state of the rule.
func (b *builder) chooseState() string {
	if b.hub.Config.Loading.Paused {
		return "DISABLED"
	}
	return "ENABLED"
}

// newSenderRole creates the role of EventBridge, which may run the document on the instance, and returns its ARN.
func (b *builder) newSenderRole(document string, instance awsec2.Instance) *string {
	statements := []awsiam.PolicyStatement{
		function.Allow([]string{"ssm:SendCommand"}, document, *b.formatARN("ec2", "instance/"+*instance.InstanceId())),
	}
	return awsiam.NewRole(b.Stack, jsii.String("SenderRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": *b.Account()}},
		}),
		Description: jsii.String("Notifies the receiver of a new snapshot"),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"command": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	}).RoleArn()
}

// allowFrom lets a rule send undelivered events to a queue.
func allowFrom(queue awssqs.Queue, rule awsevents.CfnRule) {
	statement := function.AllowIf(map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": *rule.AttrArn()}},
		[]string{"sqs:SendMessage"}, *queue.QueueArn())
	statement.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
	queue.AddToResourcePolicy(statement)
}
