// Package watch makes the alarms of all stacks. Each says in its description what is wrong and what to do, and goes to
// the one topic.
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

// Alarms makes alarms of one installation.
type Alarms struct {
	Name   string // of the installation
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

// Above is a metric above limit in as many periods one after the other.
func Above(metric awscloudwatch.IMetric, limit float64, periods int) When {
	return When{metric, awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, limit, periods, awscloudwatch.TreatMissingData_NOT_BREACHING}
}

// Below is a metric below limit.
func Below(metric awscloudwatch.IMetric, limit float64, periods int) When {
	return When{metric, awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD, limit, periods, awscloudwatch.TreatMissingData_NOT_BREACHING}
}

// OrMissing also takes periods without a value as a reason.
func (w When) OrMissing() When {
	w.missing = awscloudwatch.TreatMissingData_BREACHING
	return w
}

// Add makes an alarm with what is wrong and what to do about it.
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

// WatchQueue alarms when something is in a dead-letter queue.
func (a Alarms) WatchQueue(scope constructs.Construct, id string, queue awssqs.IQueue) {
	a.Add(scope, id, "something is in the dead-letter queue "+id+": read a message, mend the cause, move the messages back",
		Above(queue.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{
			Statistic: jsii.String("Maximum"), Period: toMinutes(5),
		}), 0, 1))
}

// WatchMachine alarms when executions of a state machine fail.
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

// Timed is a function and its limit.
type Timed struct {
	Function awslambda.Function
	Timeout  time.Duration
}

// metricsOfAlarm is how many metrics an alarm can watch together.
const metricsOfAlarm = 10

// WatchFunctions alarms for the functions of a stage when they keep failing, are refused for an hour or come near to their
// time limit. One call that fails is tried again and is no reason to wake anybody.
func (a Alarms) WatchFunctions(scope constructs.Construct, stage string, functions []Timed) {
	for part := 0; len(functions) > 0; part++ {
		some := functions[:min(metricsOfAlarm, len(functions))]
		functions = functions[len(some):]
		id := stage + strings.Repeat("I", part+1)
		a.Add(scope, id+"Errors", "functions of "+stage+" have kept failing for a quarter of an hour: their logs say why",
			Above(sumMetrics(some, awslambda.Function.MetricErrors), 0, 3))
		a.Add(scope, id+"Throttles", "functions of "+stage+" have been refused for an hour: raise the quota of concurrent executions",
			Above(sumMetrics(some, awslambda.Function.MetricThrottles), 0, 12))
		a.Add(scope, id+"Duration", "a function of "+stage+" needs 90 % of the time it has: its logs say for what", Above(findLongestShare(some), 90, 1))
	}
}

// sumMetrics is one number from a metric of several functions.
func sumMetrics(functions []Timed, of func(awslambda.Function, *awscloudwatch.MetricOptions) awscloudwatch.Metric) awscloudwatch.IMetric {
	return combineMetrics(functions, of, "Sum", "SUM(METRICS())")
}

// findLongestShare is the longest run of several functions in percent of what each may take.
func findLongestShare(functions []Timed) awscloudwatch.IMetric {
	shares := make([]string, len(functions))
	for i, f := range functions {
		shares[i] = fmt.Sprintf("100*m%d/%d", i, f.Timeout.Milliseconds())
	}
	return combineMetrics(functions, awslambda.Function.MetricDuration, "Maximum", "MAX(["+strings.Join(shares, ",")+"])")
}

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
