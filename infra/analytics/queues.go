package analytics

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/watch"
)

// newTopic creates the topic of all alarms and subscribes the configured addresses.
func (h *Hub) newTopic() awssns.ITopic {
	topic := watch.NewTopic(h.Stack, h.Config.Name, h.OperationsKey)
	for _, address := range h.Config.Alarms.Emails {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&address, nil))
	}
	return topic
}

// Alarms returns a factory of alarms that notify the topic.
func (h *Hub) Alarms() watch.Alarms {
	return watch.Alarms{Name: h.Config.Name, Action: awscloudwatchactions.NewSnsAction(h.Topic)}
}

// newQueue creates a dead-letter queue and its alarm.
func (h *Hub) newQueue(id string) awssqs.IQueue {
	queue := watch.NewQueue(h.Stack, id)
	h.Alarms().WatchQueue(h.Stack, id, queue)
	return queue
}

// connections is more than the loaders and some dashboards open, and less than the 2,000 that a cluster with auto-pause
// accepts.
const connections = 1000

// newDatabaseAlarms creates the cluster's alarms.
func (h *Hub) newDatabaseAlarms() {
	alarms := h.Alarms()
	metric := func(name, statistic string) awscloudwatch.IMetric {
		return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String("AWS/RDS"), MetricName: &name, Statistic: &statistic,
			DimensionsMap: &map[string]*string{"DBClusterIdentifier": h.Database.Cluster},
			Period:        awscdk.Duration_Minutes(jsii.Number(5)),
		})
	}
	alarms.Add(h.Stack, "DatabaseCapacity", "the database has worked at 90 % of its capacity for half an hour: raise database.max_capacity",
		watch.Above(metric("ACUUtilization", "Average"), 90, 6))
	alarms.Add(h.Stack, "DatabaseMemory", "the database has less than 256 MB of free memory: raise database.max_capacity",
		watch.Below(metric("FreeableMemory", "Minimum"), 256<<20, 3))
	alarms.Add(h.Stack, "DatabaseConnections", "the database has more connections than the loaders and dashboards should open: set or lower loading.concurrency",
		watch.Above(metric("DatabaseConnections", "Maximum"), connections, 3))
}
