// Package metrics turns attributes of a log line into CloudWatch metrics, in the embedded metric format: one more
// attribute lists the numbers of the line that CloudWatch should count.
//
// Account and region are attributes of the line, to search and group by in Logs Insights, but not dimensions: CloudWatch
// charges monthly for each combination of dimensions, and 300 accounts in 17 regions have 5,100.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package metrics

import (
	"log/slog"
	"os"
	"time"
)

const (
	// Variable is the environment variable with the metrics' namespace; without it there are no metrics.
	Variable = "METRICS_NAMESPACE"
	// Namespace is the value of Variable in a deployment.
	Namespace = "View360"
)

// Set is a group of metrics with the same dimension.
type Set struct {
	// By is the attribute to use as the dimension, such as service; "" means none.
	By      string
	Metrics []Metric
}

// Metric is a numeric attribute of the line.
type Metric struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"` // Count or Milliseconds
}

// Collected lists the metrics of one collector run.
var Collected = []Set{
	{Metrics: buildCounts("items", "calls", "throttles", "paid_calls", "warnings")},
	{By: "service", Metrics: append(buildCounts("failed"), Metric{"duration_ms", "Milliseconds"})},
}

// Loaded lists the metrics of the load of one table group.
var Loaded = []Set{
	{Metrics: buildCounts("created", "updated", "unchanged", "adapted", "rejected", "deleted")},
	{By: "group", Metrics: []Metric{{"duration_ms", "Milliseconds"}}},
}

// Merged lists the metrics of a published snapshot.
var Merged = []Set{{Metrics: append(buildCounts("failed"), Metric{"bytes", "Bytes"})}}

// buildCounts returns metrics with the unit Count.
func buildCounts(names ...string) []Metric {
	metrics := make([]Metric, len(names))
	for i, name := range names {
		metrics[i] = Metric{name, "Count"}
	}
	return metrics
}

// directive is one element of CloudWatchMetrics.
type directive struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []Metric   `json:"Metrics"`
}

// metadata is the attribute _aws.
type metadata struct {
	Timestamp int64       `json:"Timestamp"` // milliseconds since 1970
	Metrics   []directive `json:"CloudWatchMetrics"`
}

// BuildAttr returns the log attribute that turns other attributes of the line into metrics. It is empty, and so omitted
// from the log, if no namespace is set.
func BuildAttr(sets []Set) slog.Attr {
	namespace := os.Getenv(Variable)
	if namespace == "" {
		return slog.Attr{}
	}
	m := metadata{Timestamp: time.Now().UnixMilli()}
	for _, set := range sets {
		dimensions := []string{}
		if set.By != "" {
			dimensions = append(dimensions, set.By)
		}
		m.Metrics = append(m.Metrics, directive{namespace, [][]string{dimensions}, set.Metrics})
	}
	return slog.Any("_aws", m)
}
