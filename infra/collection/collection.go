// Package collection is the stack that collects: the collect state machine, one function and one role for each source,
// and the schedules of the four intervals. In pull mode it is deployed to the hub and assumes a role in each account; in
// single mode it reads the hub's own account. In push mode the same template is deployed to every account, stages in a
// bucket there, and may only write under the account's prefix of the hub's bucket.
package collection

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/bundle"
	"view360/infra/config"
	"view360/infra/function"
	"view360/infra/machine"
	"view360/infra/schedule"
	"view360/infra/watch"
	"view360/shared/catalog"
	"view360/shared/settle"
	"view360/statemachines"
)

// Stack is the stack, with its state machine.
type Stack struct {
	awscdk.Stack
	// Machine is the collect state machine.
	Machine awsstepfunctions.StateMachine

	config        config.Config
	defaults      function.Defaults
	site          site
	alarms        watch.Alarms
	timed         []watch.Timed
	arns          []string
	settle        awslambda.Function
	functionNames map[string]string // by source name
	sources       []catalog.Source
}

// NewStack creates the stack. hub is nil in push mode, in which the hub may be in another account.
func NewStack(scope constructs.Construct, id string, f config.Config, build bundle.Build, hub *analytics.Hub, props *awscdk.StackProps) *Stack {
	s := &Stack{Stack: awscdk.NewStack(scope, &id, props), config: f, functionNames: map[string]string{}, sources: f.ListSources()}
	var topic awssns.ITopic
	var logKey awskms.IKey
	if hub != nil {
		topic, logKey, s.site = hub.Topic, hub.OperationsKey, newHubSite(hub)
	} else {
		topic, s.site = watch.NewTopic(s.Stack, f.Name, nil), s.newOwnSite()
	}
	s.alarms = watch.Alarms{Name: f.Name, Action: awscloudwatchactions.NewSnsAction(topic)}
	queue := watch.NewQueue(s.Stack, "CollectDeadLetters")
	s.defaults = function.Defaults{Build: build, DeadLetters: queue, LogKey: logKey, LogDays: f.Logs.Days}
	s.newCollectors()
	s.newMachine(logKey)
	s.newSchedules()
	if hub != nil {
		s.watchAll(queue)
	} else {
		s.watchMachine()
	}
	awscdk.NewCfnOutput(s.Stack, jsii.String("CollectMachineArn"), &awscdk.CfnOutputProps{Value: s.Machine.StateMachineArn()})
	return s
}

// newCollectors creates one function and one role for each source.
func (s *Stack) newCollectors() {
	for _, source := range s.sources {
		parts := []string{"staging/*/" + source.Name} // its own: other sources' parts are none of its business
		name := s.addFunction(buildCollectorID(source.Name), function.Props{
			Main: "collect/" + source.Name, Description: "Collects " + source.Name, MemoryMB: source.MemoryMB, Timeout: source.Timeout,
			Environment: s.site.environment,
			Statements:  append(s.site.staging.Statements(function.Access{Read: parts, Write: parts}), s.buildCollectorStatements(source)...),
			RolePath:    s.config.RolePath("collect"),
			Concurrency: s.config.Collection.SourceConcurrency[source.Name],
		})
		s.functionNames[source.Name] = name
	}
}

// addFunction creates a function of the collect machine and returns its name.
func (s *Stack) addFunction(id string, props function.Props) string {
	return *s.newFunction(id, props).FunctionName()
}

// newFunction creates a function of the collect machine.
func (s *Stack) newFunction(id string, props function.Props) awslambda.Function {
	f := s.defaults.New(s.Stack, id, props)
	s.timed = append(s.timed, watch.Timed{Function: f, Timeout: props.Timeout})
	s.arns = append(s.arns, *f.FunctionArn())
	return f
}

// newMachine creates the collect state machine and its other functions.
func (s *Stack) newMachine(logKey awskms.IKey) {
	settle := s.newFunction("SettleCollect", function.Props{
		Main: "settle/collect", Description: "Ends a collection, or redrives it", MemoryMB: 256, Timeout: 10 * time.Minute,
		Environment: s.site.environment,
		Statements: append(s.site.staging.Statements(function.Access{Read: staging, Write: staging}),
			function.Allow([]string{"states:DescribeExecution"}, *s.formatARN("states", "execution:*"))),
	})
	merge := append(s.site.staging.Statements(function.Access{Read: staging, Write: staging, Delete: staging}), s.site.publish...)
	placeholders := map[string]string{
		"Plan": s.addFunction("Plan", s.buildPlanProps()),
		"Merge": s.addFunction("Merge", function.Props{
			Main: "merge", Description: "Publishes snapshots", MemoryMB: 512, Timeout: 15 * time.Minute,
			Environment: s.site.environment, Statements: merge, RolePath: s.config.RolePath("merge"),
		}),
		"SettleCollect": *settle.FunctionName(),
	}
	s.Machine = machine.New(s.Stack, "Collect", machine.Props{
		Definition: statemachines.Collect, Placeholders: placeholders, Functions: s.arns,
		// To read the plan and to write the results of its Map, in parts if they are large.
		Statements: append(s.site.staging.Statements(function.Access{Read: []string{"staging/runs"}, Write: []string{"staging/runs"}}),
			function.Allow([]string{"s3:ListMultipartUploadParts"}, s.site.staging.ARN+"/staging/runs/*")),
		LogKey: logKey, LogDays: s.config.Logs.Days,
	})
	s.settle = settle
	s.allowChildren()
}

const collectRemedy = "services of some accounts were not collected: open the failed execution, fix the cause, and choose Redrive"

// watchAll creates the alarms of the hub.
func (s *Stack) watchAll(deadLetters awssqs.IQueue) {
	s.alarms.WatchQueue(s.Stack, "CollectDeadLetters", deadLetters)
	s.alarms.WatchMachine(s.Stack, "Collect", s.Machine, collectRemedy)
	s.watchLosses(s.settle)
	s.alarms.WatchFunctions(s.Stack, "Collect", s.timed)
}

// watchMachine creates the one alarm of an account that pushes, on one metric: each account pays for its own. A run that
// does not start, or sends nothing for another reason, makes the account silent, which the hub watches.
func (s *Stack) watchMachine() {
	failed := s.Machine.MetricFailed(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(5))})
	s.alarms.Add(s.Stack, "CollectFailed", collectRemedy, watch.Above(failed, 0, 1))
}

// watchLosses alarms if Settle reports sources that were read before and do not apply now. Each loss is reported once.
func (s *Stack) watchLosses(function awslambda.Function) {
	filter := awslogs.NewMetricFilter(s.Stack, jsii.String("LostSources"), &awslogs.MetricFilterProps{
		LogGroup: function.LogGroup(), FilterPattern: awslogs.FilterPattern_StringValue(jsii.String("$.message"), jsii.String("="), jsii.String(settle.LostMessage)),
		MetricNamespace: jsii.String("View360/" + *s.StackName()), MetricName: jsii.String("LostSources"), MetricValue: jsii.String("$.lost"),
	})
	s.alarms.Add(s.Stack, "LostSources", "sources that were read before do not apply any more: the log of SettleCollect names them; a plan was canceled or a service was switched off",
		watch.Above(filter.Metric(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(5))}), 0, 1))
}

// intervals are the intervals of the schedules.
var intervals = []string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

// newSchedules creates a schedule for each interval that is not off.
func (s *Stack) newSchedules() {
	at := s.config.Collection.Schedules
	for _, d := range at.ListDeliveries(time.Now().Year()) {
		if d.Early {
			awscdk.Annotations_Of(s.Stack).AddWarningV2(jsii.String("View360:schedule-"+d.Interval), jsii.String(d.Interval+" schedule "+d.Text))
		}
	}
	for i, expression := range []string{at.Daily, at.Weekly, at.Monthly, at.Yearly} {
		if expression == config.Off {
			continue
		}
		id := intervals[i][:1] + strings.ToLower(intervals[i][1:])
		schedule.New(s.Stack, id, schedule.Props{
			Description: id + " collection", Expression: expression, TimeZone: at.TimeZone, WindowMinutes: *at.Window,
			TargetARN: *s.Machine.StateMachineArn(), Action: "states:StartExecution",
			// A late start keeps the date of the schedule.
			Input: fmt.Sprintf(`{"interval":%q,"time":%q}`, intervals[i], schedule.ScheduledTime), DeadLetters: s.defaults.DeadLetters,
		})
	}
}
