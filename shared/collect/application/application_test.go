package application_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/application"
	"view360/shared/collecttest"
	"view360/shared/fault"
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

func TestGolden(t *testing.T) {
	b := bench(t, simaws.Options{Volume: 0.2})
	b.Passed().Golden(t, "application")
	b.LeastPrivilege()
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

func TestEveryPageIsRead(t *testing.T) { // D57
	b := bench(t, simaws.Options{})
	var many []simaws.SignalService
	var want []string
	for i := range 250 {
		name := fmt.Sprint("service-", i)
		many, want = append(many, service(name)), append(want, name)
	}
	simaws.Set(b.Organization, simaws.Place{}, many...)
	ranges := asked(t, b)
	if diff := cmp.Diff(want, names(services(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range ranges() {
		if r != "10T00 11T00" {
			t.Errorf("asked for %s, want the window", r)
		}
	}
}

func TestPastDateHasNoCurrentState(t *testing.T) { // D25
	b := bench(t, simaws.Options{})
	b.Request.History = true
	result := b.Run()
	if result.Status != collect.Skipped || len(result.Content) != 0 || result.Calls != 0 || result.Reason == "" {
		t.Errorf("got %+v", result.Outcome)
	}
}

func TestThrottlingLosesNothing(t *testing.T) { // D15
	b := bench(t, simaws.Options{Volume: 10})
	want := services(t, b.Passed())
	b.Fault(simaws.Fault{Kind: simaws.Throttled, Times: 3})
	result := b.Passed()
	if result.Throttles != 3 {
		t.Errorf("got %d throttles in %d calls, want 3", result.Throttles, result.Calls)
	}
	t.Logf("%d throttles in %d calls", result.Throttles, result.Calls)
	if diff := cmp.Diff(want, services(t, result)); diff != "" {
		t.Errorf("(-calm +throttled):\n%s", diff)
	}
}

func TestDenied(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Fault(simaws.Fault{Kind: simaws.Denied})
	result := b.Run()
	if fault.ClassOf(result.Err) != fault.Denied || !strings.HasPrefix(result.Err.Error(), "denied application-signals:ListServices") {
		t.Errorf("got %v", result.Err)
	}
}

func TestEmpty(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Request.Account = collecttest.Sandbox
	b.Request.Region = "eu-west-1"
	simaws.Set[simaws.SignalService](b.Organization, simaws.Place{})
	if got := string(b.Passed().Content[section]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}
