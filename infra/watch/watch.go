// Package watch creates the alarms of all stacks. Each has the problem and the next step in its description, and notifies
// one topic.
package watch

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Alarms creates the alarms of one deployment.
type Alarms struct {
	Name   string // of the deployment
	Action awscloudwatch.IAlarmAction
}

// When is the condition of an alarm.
type When struct {
	metric   awscloudwatch.IMetric
	operator awscloudwatch.ComparisonOperator
	limit    float64
	periods  int
	missing  awscloudwatch.TreatMissingData
}

// Above returns the condition that metric is above limit in this number of consecutive periods.
func Above(metric awscloudwatch.IMetric, limit float64, periods int) When {
	return When{metric, awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, limit, periods, awscloudwatch.TreatMissingData_NOT_BREACHING}
}

// Below returns the condition that metric is below limit in this number of consecutive periods.
func Below(metric awscloudwatch.IMetric, limit float64, periods int) When {
	return When{metric, awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD, limit, periods, awscloudwatch.TreatMissingData_NOT_BREACHING}
}

// OrMissing returns a condition that also holds for periods without a value.
func (w When) OrMissing() When {
	w.missing = awscloudwatch.TreatMissingData_BREACHING
	return w
}

// Add creates an alarm. description has the problem and the next step.
func (a Alarms) Add(scope constructs.Construct, id, description string, when When) {
	alarm := awscloudwatch.NewAlarm(scope, jsii.String(id+"Alarm"), &awscloudwatch.AlarmProps{
		AlarmDescription:   jsii.String(a.Name + ": " + description),
		Metric:             when.metric,
		ComparisonOperator: when.operator,
		Threshold:          jsii.Number(when.limit),
		EvaluationPeriods:  jsii.Number(when.periods),
		TreatMissingData:   when.missing,
	})
	alarm.AddAlarmAction(a.Action)
	alarm.AddOkAction(a.Action)
}

// WatchQueue creates an alarm for messages in a dead-letter queue.
func (a Alarms) WatchQueue(scope constructs.Construct, id string, queue awssqs.IQueue) {
	a.Add(scope, id, "the dead-letter queue "+id+" has messages: read one, fix the cause, and redrive the queue",
		Above(queue.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{
			Statistic: jsii.String("Maximum"), Period: toMinutes(5),
		}), 0, 1))
}

// WatchMachine creates an alarm for failed executions of a state machine.
func (a Alarms) WatchMachine(scope constructs.Construct, id string, machine awsstepfunctions.StateMachine, remedy string) {
	options := &awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: toMinutes(5)}
	failures := awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String("failed + timedOut + aborted"), Label: jsii.String("failed executions"), Period: toMinutes(5),
		UsingMetrics: &map[string]awscloudwatch.IMetric{
			"failed": machine.MetricFailed(options), "timedOut": machine.MetricTimedOut(options), "aborted": machine.MetricAborted(options),
		},
	})
	a.Add(scope, id+"Failed", remedy, Above(failures, 0, 1))
}

// Timed is a function and its timeout.
type Timed struct {
	Function awslambda.Function
	Timeout  time.Duration
}

// metricsOfAlarm is the maximum number of metrics in one alarm.
const metricsOfAlarm = 10

// WatchFunctions creates alarms for a group of functions that keep failing, are throttled for an hour, or approach their
// timeout. A single failed call causes no alarm, because it is retried.
func (a Alarms) WatchFunctions(scope constructs.Construct, group string, functions []Timed) {
	for part := 0; len(functions) > 0; part++ {
		some := functions[:min(metricsOfAlarm, len(functions))]
		functions = functions[len(some):]
		id := group + strings.Repeat("I", part+1)
		a.Add(scope, id+"Errors", "functions of "+group+" have failed for 15 minutes: read their logs",
			Above(sumMetrics(some, awslambda.Function.MetricErrors), 0, 3))
		a.Add(scope, id+"Throttles", "functions of "+group+" have been throttled for an hour: raise the quota of concurrent executions",
			Above(sumMetrics(some, awslambda.Function.MetricThrottles), 0, 12))
		a.Add(scope, id+"Duration", "a function of "+group+" uses 90 % of its timeout: read its logs", Above(findLongestShare(some), 90, 1))
	}
}

// sumMetrics returns the sum of a metric of several functions.
func sumMetrics(functions []Timed, of func(awslambda.Function, *awscloudwatch.MetricOptions) awscloudwatch.Metric) awscloudwatch.IMetric {
	return combineMetrics(functions, of, "Sum", "SUM(METRICS())")
}

// findLongestShare returns the longest duration of several functions, in percent of the function's timeout.
func findLongestShare(functions []Timed) awscloudwatch.IMetric {
	shares := make([]string, len(functions))
	for i, f := range functions {
		shares[i] = fmt.Sprintf("100*m%d/%d", i, f.Timeout.Milliseconds())
	}
	return combineMetrics(functions, awslambda.Function.MetricDuration, "Maximum", "MAX(["+strings.Join(shares, ",")+"])")
}

// combineMetrics returns an expression over a metric of several functions, whose names in the expression are m0, m1, ….
func combineMetrics(functions []Timed, of func(awslambda.Function, *awscloudwatch.MetricOptions) awscloudwatch.Metric, statistic, expression string) awscloudwatch.IMetric {
	metrics := map[string]awscloudwatch.IMetric{}
	for i, f := range functions {
		metrics[fmt.Sprintf("m%d", i)] = of(f.Function, &awscloudwatch.MetricOptions{Statistic: &statistic, Period: toMinutes(5)})
	}
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: &expression, UsingMetrics: &metrics, Period: toMinutes(5),
	})
}

func toMinutes(n int) awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(n)) }
