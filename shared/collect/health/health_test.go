package health_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/health"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "health"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, health.Collector, options)
}

func events(t *testing.T, r collecttest.Result) []snapshot.HealthEvent {
	t.Helper()
	return collecttest.Elements[snapshot.HealthEvent](t, r, section)
}

// statuses are the statuses by ARN.
func statuses(events []snapshot.HealthEvent) map[string]string {
	by := map[string]string{}
	for _, e := range events {
		by[*e.ARN] = *e.StatusCode
	}
	return by
}

func event(arn, status string, updated time.Time) simaws.HealthEvent {
	start := updated.AddDate(0, -1, 0)
	return simaws.HealthEvent{ARN: arn, Service: "EC2", Region: "global", StatusCode: status, StartTime: &simaws.Time{Time: start}, LastUpdatedTime: &simaws.Time{Time: updated}}
}

func TestGolden(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Passed().Golden(t, "health")
	b.LeastPrivilege()
}

func TestClosuresAndOldOpenEventsAreReported(t *testing.T) { // D20
	b := bench(t, simaws.Options{})
	window := b.Request.Window
	simaws.Set(b.Organization, simaws.Place{},
		event("open-for-months", "open", window.Start.AddDate(0, -3, 0)),
		event("upcoming", "upcoming", window.Start.AddDate(0, 0, -9)),
		event("closed-in-window", "closed", window.Start.Add(5*time.Hour)),
		event("open-changed-in-window", "open", window.Start.Add(6*time.Hour)),
		event("closed-before", "closed", window.Start.Add(-time.Second)),
	)
	want := map[string]string{"open-for-months": "open", "upcoming": "upcoming", "closed-in-window": "closed", "open-changed-in-window": "open"}
	got := events(t, b.Passed())
	if diff := cmp.Diff(want, statuses(got)); diff != "" || len(got) != len(want) {
		t.Errorf("got %d events (-want +got):\n%s", len(got), diff)
	}
}

func TestWindowExcludesItsEnd(t *testing.T) { // D21
	b := bench(t, simaws.Options{})
	window := b.Request.Window
	simaws.Set(b.Organization, simaws.Place{}, event("at-start", "closed", window.Start), event("at-end", "closed", window.End))
	if diff := cmp.Diff(map[string]string{"at-start": "closed"}, statuses(events(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPastDateHasOnlyItsOwnEvents(t *testing.T) { // D25
	b := bench(t, simaws.Options{})
	day := collecttest.Now.Truncate(24*time.Hour).AddDate(0, 0, -20)
	b.Request.History, b.Request.Window = true, snapshot.Window{Start: day, End: day.AddDate(0, 0, 1)}
	simaws.Set(b.Organization, simaws.Place{},
		event("open-now", "open", day.AddDate(0, 0, 9)), event("open-then", "open", day.Add(time.Hour)), event("closed-then", "closed", day.Add(2*time.Hour)))
	want := map[string]string{"open-then": "open", "closed-then": "closed"}
	if diff := cmp.Diff(want, statuses(events(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEveryPageIsRead(t *testing.T) { // D59
	b := bench(t, simaws.Options{})
	var many []simaws.HealthEvent
	for i := range 250 {
		many = append(many, event(strings.Repeat("e", i+1), "open", collecttest.Now))
	}
	simaws.Set(b.Organization, simaws.Place{}, many...)
	if got := statuses(events(t, b.Passed())); len(got) != 250 {
		t.Errorf("got %d events, want 250", len(got))
	}
}

func TestThrottlingLosesNothing(t *testing.T) { // D15
	b := bench(t, simaws.Options{})
	want := events(t, b.Passed())
	b.Fault(simaws.Fault{Kind: simaws.Throttled, Times: 3})
	result := b.Passed()
	if result.Throttles != 3 {
		t.Errorf("got %d throttles in %d calls, want 3", result.Throttles, result.Calls)
	}
	t.Logf("%d throttles in %d calls", result.Throttles, result.Calls)
	if diff := cmp.Diff(want, events(t, result)); diff != "" {
		t.Errorf("(-calm +throttled):\n%s", diff)
	}
}

func TestNoSupportPlan(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Request.Account = collecttest.Staging
	result := b.Run()
	if result.Err != nil || result.Status != collect.NotSubscribed || !strings.Contains(result.Reason, "AWS Health needs a Business or Enterprise support plan") {
		t.Errorf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
	}
	if len(result.Content) != 0 {
		t.Errorf("got content %v", result.Content)
	}
}

func TestDenied(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Fault(simaws.Fault{Kind: simaws.Denied})
	if result := b.Run(); fault.ClassOf(result.Err) != fault.Denied || !strings.HasPrefix(result.Err.Error(), "denied health:DescribeEvents") {
		t.Errorf("got %v", result.Err)
	}
}

func TestEmpty(t *testing.T) {
	b := bench(t, simaws.Options{})
	simaws.Set[simaws.HealthEvent](b.Organization, simaws.Place{})
	if got := string(b.Passed().Content[section]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}
