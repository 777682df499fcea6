package analytics

import (
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
	"view360/infra/watch"
)

// arrivalTime is how long the arrival function may wait for a running load to end: Lambda's maximum.
const arrivalTime = 15 * time.Minute

// newArrivals creates the queue in which arrived snapshots wait, and the function that starts their loads as the database
// and the Lambda quota take them. Reserved concurrency of the loaders would do the first only, with retries, and an
// account may have too little to reserve.
func (h *Hub) newArrivals() {
	failed := h.newQueue("ArrivalDeadLetters")
	h.arrivals = awssqs.NewQueue(h.Stack, jsii.String("Arrivals"), &awssqs.QueueProps{
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)), EnforceSSL: jsii.Bool(true), Encryption: awssqs.QueueEncryption_SQS_MANAGED,
		// A function that was killed gives its message back after its timeout.
		VisibilityTimeout: awscdk.Duration_Minutes(jsii.Number(arrivalTime.Minutes() + 1)),
		// A day of waiting behind long loads is not a failure.
		DeadLetterQueue: &awssqs.DeadLetterQueue{Queue: failed, MaxReceiveCount: jsii.Number(100)},
	})
	machine := *h.LoadMachine.StateMachineArn()
	f := h.buildDefaults(failed).New(h.Stack, "Arrival", function.Props{
		Main: "arrival", Description: "Starts the loads of arrived snapshots, a limited number at once", MemoryMB: 128, Timeout: arrivalTime,
		Environment: map[string]string{"LOAD_MACHINE": machine, "LOADS_AT_ONCE": strconv.Itoa(h.Config.Loading.Concurrency)},
		Statements: []awsiam.PolicyStatement{
			function.Allow([]string{"states:ListExecutions", "states:StartExecution"}, machine),
			function.Allow([]string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, *h.arrivals.QueueArn()),
			function.Allow([]string{"lambda:GetAccountSettings"}, "*"), // supports no resource
		},
	})
	awslambda.NewEventSourceMapping(h.Stack, jsii.String("ArrivalMapping"), &awslambda.EventSourceMappingProps{
		Target: f, EventSourceArn: h.arrivals.QueueArn(), BatchSize: jsii.Number(1), MaxConcurrency: jsii.Number(2), // the least
	})
	h.Alarms().WatchFunctions(h.Stack, "Arrival", []watch.Timed{{Function: f, Timeout: arrivalTime + time.Minute}}) // waiting is its work
}
