package backup_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/backup"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "backup.jobs"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, backup.Collector, simaws.Options{Volume: 0.3})
}

// job is a job that was created at a time, and has ended at another unless that is zero.
func job(id, state string, created, ended time.Time) simaws.BackupJob {
	j := simaws.BackupJob{BackupJobID: id, State: state, ResourceARN: "arn:" + id, ResourceType: "EBS", CreationDate: simaws.Time{Time: created}}
	if !ended.IsZero() {
		j.CompletionDate = &simaws.Time{Time: ended}
	}
	return j
}

// list returns the ids and states of the jobs in their order.
func list(t *testing.T, r collecttest.Result) (jobs []string) {
	t.Helper()
	for _, j := range collecttest.Elements[snapshot.BackupJob](t, r, section) {
		jobs = append(jobs, j.BackupJobID+" "+*j.State)
	}
	return jobs
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, backup.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.3},
		Pages: func(b *collecttest.Bench) (string, []string) {
			jobs, ids := make([]simaws.BackupJob, 2_100), make([]string, 2_100)
			resources := make([]simaws.ProtectedResource, 2_100)
			for i := range jobs {
				ids[i] = fmt.Sprint("job-", i)
				jobs[i] = job(ids[i], "COMPLETED", b.Request.Window.Start.Add(time.Duration(i)*time.Second), b.Request.Window.End)
				resources[i].ResourceARN = fmt.Sprint("arn:", i)
			}
			simaws.Set(b.Organization, simaws.Place{}, jobs...)
			simaws.Set(b.Organization, simaws.Place{}, resources...)
			return section, ids
		},
		Empty: func(b *collecttest.Bench) {
			collecttest.Clear[simaws.BackupJob](b)
			collecttest.Clear[simaws.ProtectedResource](b)
		},
		Essential: []string{"ListBackupJobs"},
	})
}

func TestEveryJobOfTheWindowIsListedOnce(t *testing.T) {
	b := bench(t)
	start, end := b.Request.Window.Start, b.Request.Window.End
	simaws.Set(b.Organization, simaws.Place{},
		job("at-start", "COMPLETED", start, start.Add(time.Hour)),
		job("created-before-end", "RUNNING", end.Add(-time.Millisecond), time.Time{}),
		job("at-end", "RUNNING", end, time.Time{}),
		job("completed-at-start", "FAILED", start.Add(-time.Hour), start),
		job("completed-in-window", "COMPLETED", start.AddDate(0, 0, -3), end.Add(-time.Second)),
		job("completed-at-end", "COMPLETED", start.Add(-time.Hour), end),
		job("completed-before", "COMPLETED", start.Add(-2*time.Hour), start.Add(-time.Hour)),
		job("under-way", "RUNNING", start.AddDate(0, 0, -2), time.Time{}),
		job("waiting", "CREATED", start.Add(-time.Minute), time.Time{}),
		job("expired-without-end", "EXPIRED", start.AddDate(0, 0, -2), time.Time{}),
		job("aborted-with-end", "ABORTED", start.AddDate(0, 0, -2), start.Add(time.Minute)),
		job("too-old", "RUNNING", start.AddDate(0, 0, -40), time.Time{}),
	)
	want := []string{
		"at-start COMPLETED", "created-before-end RUNNING",
		"completed-at-start FAILED", "completed-in-window COMPLETED", "aborted-with-end ABORTED",
		"waiting CREATED", "under-way RUNNING", "expired-without-end EXPIRED",
	}
	if diff := cmp.Diff(want, list(t, b.Passed())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.Request.History = true
	result := b.Passed()
	if diff := cmp.Diff(want[:5], list(t, result)); diff != "" {
		t.Errorf("a past date (-want +got):\n%s", diff)
	}
	if content, there := result.Content["backup.protected_resources"]; there {
		t.Errorf("a past date has the protected resources of today: %.100s", content)
	}
}

func TestJobThatChangesBetweenListsIsListedOnce(t *testing.T) {
	b := bench(t)
	start := b.Request.Window.Start
	b.Override(simaws.Answer{Service: "backup", Operation: "ListBackupJobs", Give: func(r simaws.Request) (any, error) {
		moving := job("moving", "ABORTING", start.Add(-time.Hour), time.Time{})
		return map[string]any{"BackupJobs": []any{moving}}, nil
	}})
	if got := list(t, b.Passed()); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestFinalStateOfEveryJobArrives(t *testing.T) {
	t.Parallel()
	now := collecttest.Now
	b := collecttest.New(t, backup.Collector, simaws.Options{Volume: 0.5, Now: func() time.Time { return now }})
	states, counts := map[string]string{}, map[string]int{}
	for day := range 12 { // each night the day before is collected
		now = collecttest.Now.AddDate(0, 0, day)
		b.Request.Now, b.Request.Date, b.Request.Window = now, now.Format(time.DateOnly), snapshot.WindowOf(snapshot.Daily, now)
		for _, j := range collecttest.Elements[snapshot.BackupJob](t, b.Passed(), section) {
			states[j.BackupJobID] = *j.State
			counts[*j.State]++
		}
	}
	b.Request.Window.Start = b.Request.Window.End.AddDate(0, 0, -12)
	for _, j := range collecttest.Elements[snapshot.BackupJob](t, b.Passed(), section) {
		if states[j.BackupJobID] != *j.State {
			t.Errorf("job %s is %q after twelve days, want %s", j.BackupJobID, states[j.BackupJobID], *j.State)
		}
	}
	for _, state := range []string{"COMPLETED", "FAILED", "ABORTED", "EXPIRED", "RUNNING"} {
		if counts[state] == 0 {
			t.Errorf("no job was %s, got %v", state, counts)
		}
	}
}

func TestPercentIsANumberOrNull(t *testing.T) {
	b := bench(t)
	var jobs []simaws.BackupJob
	for _, text := range []string{"42.5", "100.0%", "", "NaN", "many", "101"} {
		j := job("job-"+text, "RUNNING", b.Request.Window.Start, time.Time{})
		j.PercentDone = text
		jobs = append(jobs, j)
	}
	simaws.Set(b.Organization, simaws.Place{}, jobs...)
	var got []any
	for _, j := range collecttest.Elements[snapshot.BackupJob](t, b.Passed(), section) {
		if j.PercentDone == nil {
			got = append(got, nil)
			continue
		}
		got = append(got, *j.PercentDone)
	}
	if diff := cmp.Diff([]any{42.5, 100.0, nil, nil, nil, nil}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWindowBeyondTheListIsSkipped(t *testing.T) {
	b := bench(t)
	b.Request.History = true
	b.Request.Window = snapshot.Window{Start: b.Request.Now.AddDate(0, 0, -32), End: b.Request.Now.AddDate(0, 0, -31)}
	if got := b.Run(); got.Status != outcome.Skipped || got.Calls != 0 || len(got.Content) != 0 {
		t.Errorf("status %q (%s) after %d calls", got.Status, got.Reason, got.Calls)
	}
	b.Request.Window.End = b.Request.Now.AddDate(0, 0, -20)
	if got := b.Passed(); len(got.Messages) != 1 || !got.Messages[0].Note || got.Items == 0 {
		t.Errorf("%d jobs, messages %+v, want one note", got.Items, got.Messages)
	}
}
