package application_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/application"
	"view360/shared/collecttest"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "application"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, application.Collector, options)
}

func services(t *testing.T, r collecttest.Result) []snapshot.ApplicationService {
	t.Helper()
	return collecttest.Elements[snapshot.ApplicationService](t, r, section)
}

func names(services []snapshot.ApplicationService) []string {
	var list []string
	for _, s := range services {
		list = append(list, *s.ServiceName)
	}
	return list
}

func service(name string) simaws.SignalService {
	return simaws.SignalService{KeyAttributes: map[string]string{"Type": "Service", "Name": name, "Environment": "ec2:default"}}
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, application.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.2},
		Pages: func(b *collecttest.Bench) (string, []string) {
			services, types := make([]simaws.SignalService, 250), make([]string, 250)
			for i := range services {
				types[i] = fmt.Sprint("type-", i)
				services[i] = simaws.SignalService{KeyAttributes: map[string]string{"ResourceType": types[i]}}
			}
			simaws.Set(b.Organization, simaws.Place{}, services...)
			return section, types
		},
		Empty:     collecttest.Clear[simaws.SignalService],
		Essential: []string{"ListServices"},
		NoHistory: true,
	})
}

func TestServiceFillsEveryMember(t *testing.T) { // D57
	b := bench(t, simaws.Options{})
	metric := map[string]any{"Namespace": "Custom", "MetricType": "Latency", "MetricName": "Latency", "Dimensions": []any{map[string]any{"Name": "a", "Value": "b"}}}
	queue := simaws.SignalService{KeyAttributes: map[string]string{"Type": "AWS::Resource", "Identifier": "queue"}}
	queue.MetricReferences = append(queue.MetricReferences, metric)
	simaws.Set(b.Organization, simaws.Place{},
		simaws.SignalService{
			KeyAttributes: map[string]string{"Type": "Service", "Name": "cart", "Environment": "eks:prod"},
			AttributeMaps: []map[string]string{{"PlatformType": "AWS::EKS"}, {"Telemetry.SDK": "opentelemetry"}},
		},
		queue,
		simaws.SignalService{KeyAttributes: map[string]string{"Type": "Service"}},
	)
	text := func(s string) *string { return &s }
	want := []snapshot.ApplicationService{
		{
			ServiceName: text("cart"), Namespace: text("eks:prod"),
			KeyAttributes:    map[string]string{"Type": "Service", "Name": "cart", "Environment": "eks:prod"},
			AttributeMap:     map[string]string{"PlatformType": "AWS::EKS", "Telemetry.SDK": "opentelemetry"},
			MetricReferences: []snapshot.MetricReference{},
		},
		{
			ServiceName: text("queue"), Namespace: text("Custom"), KeyAttributes: map[string]string{"Type": "AWS::Resource", "Identifier": "queue"},
			AttributeMap: map[string]string{},
			MetricReferences: []snapshot.MetricReference{{
				Namespace: text("Custom"), MetricType: text("Latency"), MetricName: text("Latency"),
				Dimensions: []snapshot.MetricDimension{{Name: text("a"), Value: text("b")}},
			}},
		},
		{KeyAttributes: map[string]string{"Type": "Service"}, AttributeMap: map[string]string{}, MetricReferences: []snapshot.MetricReference{}},
	}
	if diff := cmp.Diff(want, services(t, b.Passed())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// asked records the ranges of the calls.
func asked(t *testing.T, b *collecttest.Bench) func() []string {
	var mu sync.Mutex
	var ranges []string
	b.Override(simaws.Answer{Service: "application-signals", Operation: "ListServices", Give: func(r simaws.Request) (any, error) {
		var input struct{ StartTime, EndTime time.Time }
		if err := json.Unmarshal(r.Input, &input); err != nil {
			t.Errorf("decoding %s: %v", r.Input, err)
		}
		mu.Lock()
		defer mu.Unlock()
		ranges = append(ranges, input.StartTime.Format("02T15")+" "+input.EndTime.Format("02T15"))
		return nil, simaws.ErrPassOn
	}})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return ranges
	}
}

func TestWindowIsReadInSlicesOfADay(t *testing.T) { // D57
	b := bench(t, simaws.Options{})
	simaws.Set(b.Organization, simaws.Place{}, service("cart"), service("checkout"))
	ranges := asked(t, b)
	b.Request.Interval, b.Request.Window = snapshot.Weekly, snapshot.WindowOf(snapshot.Weekly, collecttest.Now)
	if diff := cmp.Diff([]string{"cart", "checkout"}, names(services(t, b.Passed()))); diff != "" {
		t.Errorf("every service once (-want +got):\n%s", diff)
	}
	// Now is Wednesday 2 o'clock: the days of the week that have not begun are not asked for.
	if diff := cmp.Diff([]string{"10T02 11T02", "09T02 10T02", "09T00 09T02"}, ranges()); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
}
