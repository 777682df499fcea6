package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/collect"
	"view360/shared/collecttest"
	"view360/shared/metrics"
	"view360/shared/simaws"
)

// line is one line of the embedded metric format.
type line struct {
	members map[string]any
	AWS     struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

// log collects the package's log lines. Its tests are not parallel.
var log bytes.Buffer

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	os.Exit(m.Run())
}

// logged runs f and returns its log lines.
func logged(t *testing.T, f func()) (lines []line) {
	t.Helper()
	log.Reset()
	f()
	for text := range bytes.Lines(log.Bytes()) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &l.members); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// valid fails the test unless CloudWatch would take every metric: a number of the line, in a dimension that is a text.
func (l line) valid(t *testing.T) (names []string) {
	t.Helper()
	if age := time.Since(time.UnixMilli(l.AWS.Timestamp)); age < 0 || age > time.Minute {
		t.Errorf("the timestamp is %s old", age)
	}
	for _, directive := range l.AWS.CloudWatchMetrics {
		if directive.Namespace != "View360" {
			t.Errorf("namespace %q", directive.Namespace)
		}
		for _, dimensions := range directive.Dimensions {
			for _, dimension := range dimensions {
				if text, is := l.members[dimension].(string); !is || text == "" {
					t.Errorf("dimension %s is %v", dimension, l.members[dimension])
				}
			}
		}
		for _, m := range directive.Metrics {
			if _, number := l.members[m.Name].(float64); !number {
				t.Errorf("metric %s is %v", m.Name, l.members[m.Name])
			}
			names = append(names, m.Name)
		}
	}
	return names
}

func run(t *testing.T, fault *simaws.Fault) []line {
	t.Helper()
	list := func(ctx context.Context, cfg aws.Config, _ collect.Scope, part *collect.Part) error {
		out, err := kms.NewFromConfig(cfg).ListKeys(ctx, &kms.ListKeysInput{})
		if err != nil {
			return err
		}
		return part.Add("security.kms", len(out.Keys))
	}
	b := collecttest.New(t, collect.Collector{SourceName: "kms", Collect: list}, simaws.Options{})
	if fault != nil {
		b.Fault(*fault)
	}
	return logged(t, func() { b.Run() })
}

func TestCollectorsRunIsOneLineWithItsMetrics(t *testing.T) {
	t.Setenv(metrics.Variable, metrics.Namespace)
	lines := run(t, nil)
	if len(lines) != 1 {
		t.Fatalf("%d lines, want one for the unit of work", len(lines))
	}
	names := lines[0].valid(t)
	for _, name := range []string{"items", "calls", "throttles", "paid_calls", "failed", "duration_ms"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not a metric", name)
		}
	}
	if m := lines[0].members; m["items"] != 1.0 || m["calls"] != 1.0 || m["failed"] != 0.0 || m["account"] != collecttest.Production || m["region"] != "us-east-1" {
		t.Errorf("the line says %v", m)
	}
	denied := run(t, &simaws.Fault{Kind: simaws.Denied})
	if denied[0].valid(t); denied[0].members["failed"] != 1.0 {
		t.Errorf("a denied run says %v", denied[0].members)
	}
}

func TestLinesAreNotMetricsWithoutANamespace(t *testing.T) {
	t.Setenv(metrics.Variable, "")
	if _, there := run(t, nil)[0].members["_aws"]; there {
		t.Error("the line is a metric")
	}
}
