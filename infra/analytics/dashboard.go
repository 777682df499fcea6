package analytics

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	cw "github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// newDashboard creates a CloudWatch dashboard of loads, functions, the database and waiting snapshots.
func (h *Hub) newDashboard(functions []awslambda.Function) {
	dashboard := cw.NewDashboard(h.Stack, jsii.String("Dashboard"), &cw.DashboardProps{
		DefaultInterval: awscdk.Duration_Days(jsii.Number(7)),
	})
	if h.LoadMachine != nil {
		sum := &cw.MetricOptions{Statistic: jsii.String("Sum")}
		var errors, durations []cw.IMetric
		for _, f := range functions {
			errors = append(errors, f.MetricErrors(sum))
			durations = append(durations, f.MetricDuration(&cw.MetricOptions{Statistic: jsii.String("Maximum")}))
		}
		dashboard.AddWidgets(
			newGraph("Loads", h.LoadMachine.MetricStarted(sum), h.LoadMachine.MetricSucceeded(sum), h.LoadMachine.MetricFailed(sum)),
			newGraph("Errors of functions", errors...),
			newGraph("Longest runs (ms)", durations...))
	}
	database := func(name string) cw.IMetric {
		return cw.NewMetric(&cw.MetricProps{
			Namespace: jsii.String("AWS/RDS"), MetricName: &name, Statistic: jsii.String("Maximum"),
			DimensionsMap: &map[string]*string{"DBClusterIdentifier": h.Database.Cluster},
		})
	}
	swept := func(name string) cw.IMetric {
		return cw.NewMetric(&cw.MetricProps{
			Namespace: jsii.String("View360/" + *h.StackName()), MetricName: &name, Statistic: jsii.String("Maximum"),
			Period: awscdk.Duration_Hours(jsii.Number(1)),
		})
	}
	dashboard.AddWidgets(
		newGraph("Database capacity (ACU)", database("ServerlessDatabaseCapacity")),
		newGraph("Database connections", database("DatabaseConnections")),
		newGraph("Waiting and silent", swept("OldestSnapshotMinutes"), swept("SilentAccounts")))
}

// newGraph returns a dashboard widget with a line for each metric.
func newGraph(title string, metrics ...cw.IMetric) cw.IWidget {
	return cw.NewGraphWidget(&cw.GraphWidgetProps{Title: &title, Left: &metrics, Width: jsii.Number(8)})
}

// newOutputs creates the stack's outputs for operators.
func (h *Hub) newOutputs() {
	outputs := []struct {
		name  string
		value *string
	}{
		{"BucketName", h.Bucket.BucketName()}, {"DataKeyArn", h.DataKey.KeyArn()},
		{"DatabaseHost", h.Database.Host}, {"DatabaseName", &h.Database.Name}, {"DatabaseClusterArn", h.Database.ClusterARN}, {"MasterSecretArn", h.Database.MasterSecret},
		{"DashboardSecretArn", h.DashboardSecret}, {"AlarmTopicArn", h.Topic.TopicArn()},
		{"Loading", jsii.String(h.describeLoading())},
	}
	if h.LoadMachine != nil {
		outputs = append(outputs, struct {
			name  string
			value *string
		}{"LoadMachineArn", h.LoadMachine.StateMachineArn()})
	}
	for _, output := range outputs {
		awscdk.NewCfnOutput(h.Stack, jsii.String(output.name), &awscdk.CfnOutputProps{Value: output.value})
	}
}

// describeLoading says what loads snapshots that arrive: functions, an instance, or nothing while it is paused.
func (h *Hub) describeLoading() string {
	if h.Config.Loading.Paused {
		return "paused"
	}
	return h.Config.Loading.With
}
