package health_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/health"
	"view360/shared/collecttest"
	"view360/shared/outcome"
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

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, health.Collector, collecttest.Cases{
		Pages: func(b *collecttest.Bench) (string, []string) {
			events, arns := make([]simaws.HealthEvent, 250), make([]string, 250)
			for i := range events {
				arns[i] = fmt.Sprint("event-", i)
				events[i] = event(arns[i], "open", collecttest.Now)
			}
			simaws.Set(b.Organization, simaws.Place{}, events...)
			return section, arns
		},
		Empty:     collecttest.Clear[simaws.HealthEvent],
		Essential: []string{"DescribeEvents"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Request.Account = collecttest.Staging },
			Status:  outcome.NotSubscribed, Reason: "AWS Health needs Business Support+, Enterprise Support or",
		}},
	})
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
