// Package schedule creates schedules of EventBridge Scheduler, each with a role that may start its target, retries, and a
// dead-letter queue.
package schedule

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
)

// Props are the properties of one schedule.
type Props struct {
	Description string
	Expression  string // cron(...) or rate(...)
	TimeZone    string
	// WindowMinutes is the window in which AWS chooses the start, differently for each account; 0 means at once.
	WindowMinutes int
	TargetARN     string
	Action        string // IAM action to start the target, such as states:StartExecution
	Input         string // JSON
	DeadLetters   awssqs.IQueue
}

// ScheduledTime is the text in [Props.Input] that EventBridge Scheduler replaces by the time for which it starts the
// target, such as 2026-03-11T01:00:00Z.
// Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
const ScheduledTime = "<aws.scheduler.scheduled-time>"

// New creates a schedule and its role.
func New(scope constructs.Construct, id string, props Props) {
	stack := awscdk.Stack_Of(scope)
	statements := []awsiam.PolicyStatement{
		function.Allow([]string{props.Action}, props.TargetARN),
		function.Allow([]string{"sqs:SendMessage"}, *props.DeadLetters.QueueArn()),
	}
	role := awsiam.NewRole(scope, jsii.String(id+"Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": *stack.Account()}},
		}),
		InlinePolicies: &map[string]awsiam.PolicyDocument{"target": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements})},
	})
	window := &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")}
	if props.WindowMinutes > 0 {
		window = &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("FLEXIBLE"), MaximumWindowInMinutes: jsii.Number(props.WindowMinutes)}
	}
	awsscheduler.NewCfnSchedule(scope, &id, &awsscheduler.CfnScheduleProps{
		Description: &props.Description, ScheduleExpression: &props.Expression, ScheduleExpressionTimezone: &props.TimeZone,
		FlexibleTimeWindow: window,
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn: &props.TargetARN, RoleArn: role.RoleArn(), Input: &props.Input,
			RetryPolicy:      &awsscheduler.CfnSchedule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(20), MaximumEventAgeInSeconds: jsii.Number(3600)},
			DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: props.DeadLetters.QueueArn()},
		},
	})
}
