package watch

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
)

// NewTopic creates the topic of all alarms of an account. Without a key it is not encrypted at rest; alarm texts contain
// no collected data.
func NewTopic(scope constructs.Construct, name string, key awskms.IKey) awssns.Topic {
	topic := awssns.NewTopic(scope, jsii.String("Alarms"), &awssns.TopicProps{
		MasterKey: key, EnforceSSL: jsii.Bool(true), DisplayName: jsii.String(name + " alarms"),
	})
	// EventBridge uses this policy, and no role, to publish the events of rules.
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
	publish := function.AllowIf(map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": *awscdk.Stack_Of(scope).Account()},
	}, []string{"sns:Publish"}, *topic.TopicArn())
	publish.AddServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)
	publish.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
	topic.AddToResourcePolicy(publish)
	return topic
}

// NewQueue creates an encrypted dead-letter queue that requires TLS and retains messages for 14 days.
func NewQueue(scope constructs.Construct, id string) awssqs.Queue {
	return awssqs.NewQueue(scope, jsii.String(id), &awssqs.QueueProps{
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)), EnforceSSL: jsii.Bool(true), Encryption: awssqs.QueueEncryption_SQS_MANAGED,
	})
}
