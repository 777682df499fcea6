package plan_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

// calendar plans runs of one account at different times.
type calendar struct {
	t       *testing.T
	store   *object.Store
	handler plan.Handler
	killed  bool // runs do not come to their end
}

func newCalendar(t *testing.T) *calendar {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	settings := settings()
	settings.Organization, settings.Accounts = false, []string{"222222222222"}
	store := object.New(server.Client(), "data", object.Options{})
	return &calendar{t: t, store: store, handler: plan.Handler{Settings: settings, Directory: organization{}, Staging: store}}
}

// run returns the dates that a run takes, with those whose present state it reads marked by "now", and those of which it
// reads costs again by the interval.
func (c *calendar) run(name, started, request string) []string {
	c.t.Helper()
	at, err := time.Parse(time.RFC3339, started)
	if err != nil {
		c.t.Fatal(err)
	}
	out, err := c.handler.Handle(c.t.Context(), plan.Input{Request: json.RawMessage(request), Run: name, Started: at})
	if err != nil {
		c.t.Fatal(err)
	}
	if !c.killed {
		if err := plan.RecordTaken(c.t.Context(), c.store, name); err != nil {
			c.t.Fatal(err)
		}
	}
	var list []plan.Entry
	if err := c.store.GetJSON(c.t.Context(), out.Key, &list); err != nil {
		c.t.Fatal(err)
	}
	dates := []string{}
	for _, s := range list {
		text := s.Request.Date
		if s.Request.Interval != snapshot.Daily {
			text += " " + string(s.Request.Interval)
		}
		if !s.Request.History {
			text += " now"
		}
		dates = append(dates, text)
	}
	return dates
}

// scheduled is the request of a schedule.
func scheduled(interval, at string) string {
	return fmt.Sprintf(`{"interval":%q,"time":%q}`, interval, at)
}

func TestRunTakesTheLastCompletePeriod(t *testing.T) {
	for _, test := range []struct{ interval, started, want string }{
		{"DAILY", "2026-03-11T01:00:00Z", "2026-03-11 now"},
		{"DAILY", "2026-03-11T00:00:00Z", "2026-03-11 now"},
		{"WEEKLY", "2026-03-30T04:00:00Z", "2026-03-29 WEEKLY now"},
		{"MONTHLY", "2026-04-01T05:00:00Z", "2026-03-31 MONTHLY now"},
		{"MONTHLY", "2026-03-31T23:59:59Z", "2026-02-28 MONTHLY"}, // Sydney's first of April
		{"YEARLY", "2027-01-01T06:00:00Z", "2026-12-31 YEARLY now"},
	} {
		for kind, request := range map[string]string{"by a schedule": scheduled(test.interval, test.started), "by hand": fmt.Sprintf(`{"interval":%q}`, test.interval)} {
			t.Run(test.interval+" "+test.started+" "+kind, func(t *testing.T) {
				if diff := cmp.Diff([]string{test.want}, newCalendar(t).run("run", test.started, request)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestLateStartKeepsItsDate(t *testing.T) {
	c := newCalendar(t)
	got := c.run("late", "2026-03-12T00:10:00Z", scheduled("DAILY", "2026-03-11T23:50:00Z"))
	if diff := cmp.Diff([]string{"2026-03-11 now"}, got); diff != "" {
		t.Error(diff)
	}
	got = c.run("again by hand", "2026-03-20T00:10:00Z", scheduled("DAILY", "2026-03-11T23:50:00Z"))
	if diff := cmp.Diff([]string{"2026-03-11"}, got); diff != "" {
		t.Errorf("days later (-want +got):\n%s", diff)
	}
}

func TestRunTakesWhatNoRunHasTaken(t *testing.T) {
	c := newCalendar(t)
	steps := []struct {
		name, started, request string
		want                   []string
	}{
		{"first", "2026-03-11T01:00:00Z", scheduled("DAILY", "2026-03-11T01:00:00Z"), []string{"2026-03-11 now"}},
		{"after a gap", "2026-03-14T01:00:00Z", scheduled("DAILY", "2026-03-14T01:00:00Z"), []string{"2026-03-12", "2026-03-13", "2026-03-14 now"}},
		{"after a gap", "2026-03-14T01:00:00Z", scheduled("DAILY", "2026-03-14T01:00:00Z"), []string{"2026-03-12", "2026-03-13", "2026-03-14 now"}}, // its second attempt
		{"new execution", "2026-03-14T09:00:00Z", scheduled("DAILY", "2026-03-14T01:00:00Z"), []string{"2026-03-12", "2026-03-13", "2026-03-14 now"}},
		{"resumed", "2026-03-14T10:00:00Z", `{"resume":true}`, []string{"2026-03-12", "2026-03-13", "2026-03-14 now"}},
		{"the schedule again", "2026-03-14T23:00:00Z", scheduled("DAILY", "2026-03-14T23:00:00Z"), []string{}},
		{"by hand", "2026-03-14T23:30:00Z", `{}`, []string{"2026-03-14 now"}},
		{"some services", "2026-03-17T01:00:00Z", `{"services":["cost"]}`, []string{"2026-03-17 now"}},
		{"a date", "2026-03-17T01:00:00Z", `{"date":"2026-03-16"}`, []string{"2026-03-16"}},
		{"a dry run", "2026-03-17T01:00:00Z", `{"dry_run":true}`, []string{}},
		{"week", "2026-03-16T04:00:00Z", scheduled("WEEKLY", "2026-03-16T04:00:00Z"), []string{"2026-03-15 WEEKLY now"}},
		{"next", "2026-03-17T01:00:00Z", scheduled("DAILY", "2026-03-17T01:00:00Z"), []string{"2026-03-15", "2026-03-16", "2026-03-17 now"}},
		{"an old start again", "2026-03-17T02:00:00Z", scheduled("DAILY", "2026-03-11T01:00:00Z"), []string{"2026-03-11"}},
		{"and the next", "2026-03-18T01:00:00Z", scheduled("DAILY", "2026-03-18T01:00:00Z"), []string{"2026-03-18 now"}},
	}
	for _, s := range steps {
		if diff := cmp.Diff(s.want, c.run(s.name, s.started, s.request)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", s.name, diff)
		}
	}
}

func TestTooManyPeriodsAreAProblem(t *testing.T) {
	c := newCalendar(t)
	c.run("first", "2026-01-11T01:00:00Z", `{}`)
	got := c.run("late", "2026-03-11T01:00:00Z", `{}`)
	if len(got) != 31 || got[0] != "2026-02-09" || got[30] != "2026-03-11 now" {
		t.Errorf("got %v", got)
	}
	var problems []string
	if err := c.store.GetJSON(t.Context(), snapshot.ProblemsKey("late"), &problems); err != nil || len(problems) != 1 ||
		!strings.HasSuffix(problems[0], "view360 backfill --start 2026-01-12 --end 2026-02-08") {
		t.Errorf("problems %q, %v", problems, err)
	}
}

// A run that is killed has taken nothing: the next one, resumed or not, takes its periods again.
func TestKilledRunTakesNothing(t *testing.T) {
	c := newCalendar(t)
	c.run("first", "2026-03-11T01:00:00Z", `{}`)
	c.killed = true
	for _, run := range []struct{ name, request string }{{"killed", `{}`}, {"again", `{}`}, {"resumed", `{"resume":true}`}} {
		want := []string{"2026-03-12", "2026-03-13", "2026-03-14 now"}
		got := c.run(run.name, "2026-03-14T01:00:00Z", run.request)
		if run.name == "resumed" { // looks at what the run before took as well: here nothing of it is staged
			want = slices.Insert(want, 0, "2026-03-11")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", run.name, diff)
		}
	}
	c.killed = false
	c.run("resumed to the end", "2026-03-14T02:00:00Z", `{"resume":true}`)
	if diff := cmp.Diff([]string{"2026-03-15 now"}, c.run("next", "2026-03-15T01:00:00Z", `{}`)); diff != "" {
		t.Errorf("after it (-want +got):\n%s", diff)
	}
}

// Costs of the days that were made up for take one request.
func TestMissedDaysAreReadTogether(t *testing.T) {
	c := newCalendar(t)
	c.run("first", "2026-03-11T01:00:00Z", `{}`)
	c.run("second", "2026-03-16T01:00:00Z", `{}`)
	var list []plan.Entry
	if err := c.store.GetJSON(t.Context(), snapshot.PlanKey("second", 0), &list); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"2026-03-16": 4}, spans(list)); diff != "" {
		t.Error(diff)
	}
}

// The figures of commitments are those of a day that has settled, once for each day; a backfill reads each day itself.
func TestCommitmentsAreReadWhenTheyHaveSettled(t *testing.T) {
	c := newCalendar(t)
	c.run("first", "2026-03-11T01:00:00Z", `{}`)
	for run, test := range map[string]struct {
		request string
		want    map[string]string
	}{
		"made up": {`{}`, map[string]string{"2026-03-12": "2026-03-09", "2026-03-13": "2026-03-10"}},
		"today":   {`{"date":"2026-03-13"}`, map[string]string{"2026-03-13": "2026-03-10"}},
		"past":    {`{"history":true,"start":"2026-03-01","end":"2026-03-02"}`, map[string]string{"2026-03-01": "2026-02-28", "2026-03-02": "2026-03-01"}},
	} {
		c.run(run, "2026-03-13T01:00:00Z", test.request)
		var list []plan.Entry
		if err := c.store.GetJSON(t.Context(), snapshot.PlanKey(run, 0), &list); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, s := range list {
			got[s.Request.Date] = s.Request.Window.Start.AddDate(0, 0, -s.Request.SettledDays).Format(time.DateOnly)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", run, diff)
		}
	}
}

// A period that was taken is read once more by the daily run five days after its end.
func TestPeriodIsSettledDaysLater(t *testing.T) {
	c := newCalendar(t)
	c.run("d1", "2026-03-01T01:00:00Z", `{}`)
	c.run("m1", "2026-03-01T05:00:00Z", scheduled("MONTHLY", "2026-03-01T05:00:00Z"))
	var settled []string
	for day := 2; day <= 12; day++ {
		at := fmt.Sprintf("2026-03-%02dT01:00:00Z", day)
		for _, date := range c.run("d"+at, at, scheduled("DAILY", at)) {
			if !strings.HasSuffix(date, "now") {
				settled = append(settled, at[:10]+": "+date)
			}
		}
	}
	if diff := cmp.Diff([]string{"2026-03-06: 2026-02-28 MONTHLY"}, settled); diff != "" {
		t.Error(diff)
	}
	var list []plan.Entry
	if err := c.store.GetJSON(t.Context(), snapshot.PlanKey("d2026-03-06T01:00:00Z", 0), &list); err != nil {
		t.Fatal(err)
	}
	if got := outline(list[1:]); !slices.Equal(got, []string{"222 2026-02-28 eu-west-1 home cost"}) {
		t.Errorf("got %v, want costs only", got)
	}
	c.handler.Settings.SettleDays = new(int)
	c.run("m2", "2026-04-01T05:00:00Z", `{"interval":"MONTHLY"}`)
	for _, date := range c.run("never", "2026-04-06T01:00:00Z", `{"interval":"DAILY"}`) {
		if strings.Contains(date, "MONTHLY") {
			t.Errorf("settled %s", date)
		}
	}
}

// What was read when the period had just ended does not stand for what is read when it has settled.
func TestPeriodIsSettledByTheRunThatResumes(t *testing.T) {
	c := newCalendar(t)
	c.run("d1", "2036-03-01T01:00:00Z", `{}`)
	c.run("m1", "2036-03-01T05:00:00Z", `{"interval":"MONTHLY"}`)
	var list []plan.Entry
	if err := c.store.GetJSON(t.Context(), snapshot.PlanKey("m1", 0), &list); err != nil {
		t.Fatal(err)
	}
	for _, region := range list[0].Regions {
		stageSources(t, c.store, list[0], region, "")
	}
	c.killed = true
	for name, request := range map[string]string{"killed": `{}`, "resumed": `{"resume":true}`} {
		if got := c.run(name, "2036-03-06T01:00:00Z", request); !slices.Contains(got, "2036-02-29 MONTHLY") {
			t.Errorf("%s: got %v, want the month", name, got)
		}
	}
}

// Whatever the time zone, its changes and delays, schedules take each period once.
func TestSchedulesTakeEachPeriodOnce(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "Australia/Sydney", "America/Los_Angeles", "Asia/Kolkata"} {
		for _, interval := range []snapshot.Interval{snapshot.Daily, snapshot.Weekly, snapshot.Monthly} {
			t.Run(zone+" "+string(interval), func(t *testing.T) {
				t.Parallel()
				c := newCalendar(t)
				c.handler.Settings.SettleDays = new(int)
				random := rand.New(rand.NewPCG(7, 7))
				location, err := time.LoadLocation(zone)
				if err != nil {
					t.Fatal(err)
				}
				var taken []string
				for day := range 300 {
					at := time.Date(2026, 1, 1+day, 1, 0, 0, 0, location)
					due := interval == snapshot.Daily || interval == snapshot.Weekly && at.Weekday() == time.Monday || interval == snapshot.Monthly && at.Day() == 1
					if !due || random.IntN(10) == 0 { // some starts fail
						continue
					}
					started := at.Add(time.Duration(random.IntN(120)) * time.Minute).UTC().Format(time.RFC3339)
					for _, date := range c.run(started, started, scheduled(string(interval), at.UTC().Format(time.RFC3339))) {
						taken = append(taken, strings.Fields(date)[0])
					}
				}
				first, _ := time.Parse(time.DateOnly, taken[0])
				w := snapshot.WindowOf(interval, first)
				for i, date := range taken {
					if want := w.NameDate(interval).Format(time.DateOnly); date != want {
						t.Fatalf("date %d is %s, want %s: %v", i, date, want, taken)
					}
					w = w.Next(interval)
				}
				if len(taken) < 8 {
					t.Errorf("only %v", taken)
				}
			})
		}
	}
}
