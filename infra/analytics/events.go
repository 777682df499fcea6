package analytics

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
	"view360/infra/schedule"
	"view360/infra/watch"
)

// newEvents creates the rules that load every new object and report rejected ones, and the hourly sweep.
func (h *Hub) newEvents() {
	if h.LoadMachine != nil {
		h.newArrivals()
		arrived := h.newRule("Arrived", "A snapshot has arrived", "data/*.json", !h.Config.Loading.Paused)
		arrived.AddTarget(awseventstargets.NewSqsQueue(h.arrivals, &awseventstargets.SqsQueueProps{
			DeadLetterQueue: h.DeadLetters, RetryAttempts: jsii.Number(185), MaxEventAge: awscdk.Duration_Hours(jsii.Number(24)),
		}))
	}
	rejected := h.newRule("Rejected", "A file was rejected", "rejected/*.reason.json", true)
	rejected.AddTarget(awseventstargets.NewSnsTopic(h.Topic, &awseventstargets.SnsTopicProps{
		DeadLetterQueue: h.DeadLetters, RetryAttempts: jsii.Number(185), MaxEventAge: awscdk.Duration_Hours(jsii.Number(24)),
		Message: awsevents.RuleTargetInput_FromText(jsii.String(h.Config.Name + " rejected a file. The reason is in s3://" +
			*awsevents.EventField_FromPath(jsii.String("$.detail.bucket.name")) + "/" + *awsevents.EventField_FromPath(jsii.String("$.detail.object.key")))),
	}))
	h.Alarms().Add(h.Stack, "RejectedFiles", "a file under data/ is not a valid snapshot and was moved to rejected/: read the .reason.json beside it",
		watch.Above(h.buildRuleMetric("MatchedEvents", rejected), 0, 1))
	h.newSweep()
}

// newRule creates a rule for new objects of the data bucket; keys is a wildcard pattern.
func (h *Hub) newRule(id, description, keys string, enabled bool) awsevents.Rule {
	return awsevents.NewRule(h.Stack, &id, &awsevents.RuleProps{
		Description: &description, Enabled: &enabled,
		EventPattern: &awsevents.EventPattern{
			Source: jsii.Strings("aws.s3"), DetailType: jsii.Strings("Object Created"),
			Detail: &map[string]any{
				"bucket": map[string]any{"name": []any{*h.Bucket.BucketName()}},
				"object": map[string]any{"key": []any{map[string]any{"wildcard": keys}}},
			},
		},
	})
}

// buildRuleMetric returns the sum of a metric of a rule.
func (h *Hub) buildRuleMetric(name string, rule awsevents.Rule) awscloudwatch.IMetric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/Events"), MetricName: &name, Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(5)),
		DimensionsMap: &map[string]*string{"RuleName": rule.RuleName()},
	})
}

// newSweep creates the hourly sweep function, its schedule and its alarms.
func (h *Hub) newSweep() {
	const limit = 10 * time.Minute
	f := h.buildDefaults(h.newQueue("SweepDeadLetters")).New(h.Stack, "Sweep", function.Props{
		Main: "sweep", Description: "Loads waiting snapshots and finds silent accounts", MemoryMB: 256, Timeout: limit,
		Environment: map[string]string{
			"DATA_BUCKET": *h.Bucket.BucketName(), "ARRIVALS": h.findSweepQueue(),
			"SILENCE":          fmt.Sprintf("%dh", h.Config.Alarms.SilentHours),
			"IGNORED_ACCOUNTS": strings.Join(h.Config.Collection.ExcludeAccounts, " "),
		},
		Statements: h.buildSweepStatements(),
	})
	schedule.New(h.Stack, "SweepSchedule", schedule.Props{
		Description: "Sweeps the data bucket", Expression: "rate(1 hour)", TimeZone: h.Config.Collection.Schedules.TimeZone,
		TargetARN: *f.FunctionArn(), Action: "lambda:InvokeFunction", Input: "{}", DeadLetters: h.DeadLetters,
	})
	h.watchSweep(f)
	h.Alarms().WatchFunctions(h.Stack, "Sweep", []watch.Timed{{Function: f, Timeout: limit}})
}

// loadsWaiting reports whether what waits under data/ is loaded without being asked for.
func (h *Hub) loadsWaiting() bool { return h.LoadMachine != nil && !h.Config.Loading.Paused }

// findSweepQueue returns the URL of the queue that the sweep uses, or "" if it loads nothing.
func (h *Hub) findSweepQueue() string {
	if !h.loadsWaiting() {
		return ""
	}
	return *h.arrivals.QueueUrl()
}

// buildSweepStatements returns the sweep function's permissions.
func (h *Hub) buildSweepStatements() []awsiam.PolicyStatement {
	statements := []awsiam.PolicyStatement{function.AllowIf(
		map[string]any{"StringLike": map[string]any{"s3:prefix": []string{"data/*", "loaded/*"}}},
		[]string{"s3:ListBucket"}, *h.Bucket.BucketArn())}
	if h.loadsWaiting() {
		statements = append(statements, function.Allow([]string{"sqs:GetQueueAttributes", "sqs:SendMessage"}, *h.arrivals.QueueArn()))
	}
	return statements
}

// watchSweep creates metrics of the numbers in the sweep's log line, and their alarms.
func (h *Hub) watchSweep(f awslambda.Function) {
	metric := func(name, field string) awscloudwatch.IMetric {
		filter := awslogs.NewMetricFilter(h.Stack, jsii.String(name), &awslogs.MetricFilterProps{
			LogGroup: f.LogGroup(), FilterPattern: awslogs.FilterPattern_StringValue(jsii.String("$.message"), jsii.String("="), jsii.String("swept")),
			MetricNamespace: jsii.String("View360/" + *h.StackName()), MetricName: &name, MetricValue: jsii.String("$." + field),
		})
		return filter.Metric(&awscloudwatch.MetricOptions{Statistic: jsii.String("Maximum"), Period: awscdk.Duration_Hours(jsii.Number(1))})
	}
	alarms := h.Alarms()
	alarms.Add(h.Stack, "OldestSnapshot", "a snapshot has waited under data/ for three hours, or the sweep does not run: check the failed load executions",
		watch.Above(metric("OldestSnapshotMinutes", "oldest_minutes"), 180, 2).OrMissing())
	alarms.Add(h.Stack, "SilentAccounts", fmt.Sprintf("accounts have sent no snapshot for %d hours: the sweep's log names them; check their role or collection, or exclude them",
		h.Config.Alarms.SilentHours), watch.Above(metric("SilentAccounts", "silent_accounts"), 0, 1))
}
