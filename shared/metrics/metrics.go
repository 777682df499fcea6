// Package metrics makes a log line a metric of CloudWatch, in the embedded metric format: one attribute more tells
// CloudWatch which numbers of the line to count.
//
// Account and region are attributes of the line, to search and group by in Logs Insights, but no dimensions: CloudWatch
// charges for each combination of dimensions by the month, and 300 accounts in 17 regions have 5,100.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package metrics

import (
	"log/slog"
	"os"
	"time"
)

const (
	// Variable is the environment variable that names the metrics' namespace; without it there are none.
	Variable = "METRICS_NAMESPACE"
	// Namespace is what deployments set it to.
	Namespace = "View360"
)

// Set are attributes of a line that are metrics together.
type Set struct {
	// By names the attribute that splits the metrics, such as service; "" sums them up over all.
	By      string
	Metrics []Metric
}

// Metric is a numeric attribute of the line.
type Metric struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"` // Count or Milliseconds
}

// Collected are the metrics of a collector's run.
var Collected = []Set{
	{Metrics: buildCounts("items", "calls", "throttles", "paid_calls", "warnings")},
	{By: "service", Metrics: append(buildCounts("failed"), Metric{"duration_ms", "Milliseconds"})},
}

// Loaded are the metrics of the load of one table group.
var Loaded = []Set{
	{Metrics: buildCounts("created", "updated", "unchanged", "adapted", "rejected", "deleted")},
	{By: "group", Metrics: []Metric{{"duration_ms", "Milliseconds"}}},
}

// Merged are the metrics of a published snapshot.
var Merged = []Set{{Metrics: append(buildCounts("failed"), Metric{"bytes", "Bytes"})}}

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

// metadata is the member _aws.
type metadata struct {
	Timestamp int64       `json:"Timestamp"` // milliseconds since 1970
	Metrics   []directive `json:"CloudWatchMetrics"`
}

// BuildAttr is the attribute that makes the line's attributes metrics. It is empty, and left out by handlers, where no
// namespace is set.
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
