package receiver

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/watch"
)

// newAlarms creates the alarms. An instance on failed hardware is recovered, and one that does not respond is rebooted.
func (b *builder) newAlarms(instance awsec2.Instance) {
	alarms := b.hub.Alarms()
	failed := b.newLogMetric("ReceiverFailures", "ERROR", "$.level")
	alarms.Add(b.Stack, "ReceiverFailed", "the receiver could not load a snapshot, or could not run: read its log; failed snapshots stay under data/ and are retried",
		watch.Above(failed.Metric(b.sumOver(awscdk.Duration_Minutes(jsii.Number(5)))), 0, 1))
	drained := b.newLogMetric("ReceiverRuns", "drained", "$.msg")
	if !b.hub.Config.Loading.Paused {
		alarms.Add(b.Stack, "ReceiverSilent", "the receiver has not finished a run for a day: check the instance with Session Manager, systemctl status receiver",
			watch.Below(drained.Metric(b.sumOver(awscdk.Duration_Days(jsii.Number(1)))), 1, 1).OrMissing())
	}
	b.newRecovery(instance, "System", awscloudwatchactions.Ec2InstanceAction_RECOVER)
	b.newRecovery(instance, "Instance", awscloudwatchactions.Ec2InstanceAction_REBOOT)
}

// newLogMetric creates a metric that counts the log lines of the receiver in which a field has a value.
func (b *builder) newLogMetric(name, value, field string) awslogs.MetricFilter {
	return awslogs.NewMetricFilter(b.Stack, &name, &awslogs.MetricFilterProps{
		LogGroup: b.logs, FilterPattern: awslogs.FilterPattern_StringValue(&field, jsii.String("="), &value),
		MetricNamespace: jsii.String("View360/" + *b.StackName()), MetricName: &name, MetricValue: jsii.String("1"),
	})
}

// sumOver returns options for the sum of a metric over a period.
func (b *builder) sumOver(period awscdk.Duration) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: period}
}

// newRecovery creates an alarm for a failed status check, with an action on the instance.
func (b *builder) newRecovery(instance awsec2.Instance, check string, action awscloudwatchactions.Ec2InstanceAction) {
	alarm := awscloudwatch.NewAlarm(b.Stack, jsii.String(check+"CheckAlarm"), &awscloudwatch.AlarmProps{
		AlarmDescription: jsii.String(b.hub.Config.Name + ": the receiver's instance failed the " + check + " status check and is being recovered: act only if the alarm stays"),
		Metric: awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String("AWS/EC2"), MetricName: jsii.String("StatusCheckFailed_" + check),
			DimensionsMap: &map[string]*string{"InstanceId": instance.InstanceId()},
			Statistic:     jsii.String("Maximum"), Period: awscdk.Duration_Minutes(jsii.Number(1)),
		}),
		Threshold: jsii.Number(0), ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
		EvaluationPeriods: jsii.Number(3), TreatMissingData: awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	alarm.AddAlarmAction(awscloudwatchactions.NewEc2Action(action), b.hub.Alarms().Action)
}
