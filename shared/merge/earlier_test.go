package merge_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// buildCostCollector returns a made-up cost collector that reads all days at once.
func buildCostCollector(amount string) collect.Collector {
	return collect.Collector{SourceName: "cost", CollectDays: func(_ context.Context, _ aws.Config, days []collect.Day) error {
		for _, day := range days {
			if err := day.Part.Add("service", map[string]string{"cost": amount, "day": day.Scope.Window.StartDate()}); err != nil {
				return err
			}
		}
		return nil
	}}
}

// mergeDays collects the cost of several days and merges the newest.
func (b *bench) mergeDays(amount string, earlier int) merge.Output {
	b.t.Helper()
	b.request.EarlierDays = earlier
	out, err := collect.Handler{Staging: b.store, Collector: buildCostCollector(amount)}.Handle(b.t.Context(), b.request)
	if err != nil {
		b.t.Fatal(err)
	}
	b.results = append(b.results, merge.CollectorResult{Output: out})
	published, err := merge.Handler{Staging: b.store, Data: b.store}.Handle(b.t.Context(), merge.Input{Request: b.request, Results: b.results})
	if err != nil {
		b.t.Fatal(err)
	}
	return published
}

type published struct {
	Meta     snapshot.Meta       `json:"meta"`
	Account  map[string]any      `json:"account"`
	Service  []map[string]string `json:"service"`
	Security struct {
		KMS []map[string]string `json:"kms"`
	} `json:"security"`
}

// readSnapshot returns the published snapshot of a date, empty if there is none.
func (b *bench) readSnapshot(date string) (p published) {
	b.t.Helper()
	if err := b.store.GetJSON(b.t.Context(), "data/111122223333/eu-west-1/"+date+"_DAILY.json", &p); err != nil && !object.IsMissing(err) {
		b.t.Fatal(err)
	}
	return p
}

func setAccount(part *collect.Part) error {
	return part.Set("account", map[string]string{"account_id": "111122223333"})
}

func TestEarlierSnapshotsAreRepublishedFromStoredSections(t *testing.T) { // D19
	b := newBench(t)
	today := b.request
	b.request = today.DaysBefore(1)
	b.runCollector("account", setAccount)
	b.runCollector("kms", addKeys)
	b.mergeDays("1", 0) // yesterday's run

	b.request, b.results = today, nil
	b.runCollector("account", setAccount)
	b.mergeDays("2", 2)

	yesterday := b.readSnapshot("2026-03-10")
	if diff := cmp.Diff([]map[string]string{{"cost": "2", "day": "2026-03-09"}}, yesterday.Service); diff != "" {
		t.Errorf("yesterday's cost (-want +got):\n%s", diff)
	}
	if len(yesterday.Security.KMS) != 2 || yesterday.Account["account_id"] != "111122223333" {
		t.Errorf("yesterday's other sections are gone: %+v", yesterday)
	}
	kms, service := yesterday.Meta.Sections["security.kms"], yesterday.Meta.Sections["service"]
	if !kms.Complete || !kms.CollectedAt.Equal(today.Now) || !service.CollectedAt.Equal(today.Now) || yesterday.Meta.Date != "2026-03-10" {
		t.Errorf("the meta of yesterday is %+v", yesterday.Meta)
	}

	before := b.readSnapshot("2026-03-09")
	if len(before.Service) != 1 || before.Account["account_id"] == nil {
		t.Errorf("a date without a snapshot has %+v, want its cost and the account", before)
	}
	if _, listed := before.Meta.Sections["security.kms"]; listed || before.Meta.Services["kms"].Status != "skipped" {
		t.Errorf("it lists sections that were not collected: %+v", before.Meta)
	}
	if b.readSnapshot("2026-03-08").Service != nil {
		t.Error("a date outside the range was published")
	}
}

func TestPastSnapshotNamesOmittedSources(t *testing.T) { // D25
	b := newBench(t)
	b.request = b.request.DaysBefore(30)
	b.runCollector("guardduty", func(part *collect.Part) error { part.DeclareLists("security.guard_duty"); return nil })
	if _, err := (merge.Handler{Staging: b.store, Data: b.store}).Handle(t.Context(), merge.Input{Request: b.request, Results: b.results}); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Meta snapshot.Meta `json:"meta"`
		Logs struct {
			Inventory string              `json:"inventory_status"`
			Message   []map[string]string `json:"message"`
		} `json:"logs"`
	}
	if err := b.store.GetJSON(t.Context(), "data/111122223333/eu-west-1/2026-02-09_DAILY.json", &document); err != nil {
		t.Fatal(err)
	}
	kms, guardduty := document.Meta.Services["kms"], document.Meta.Services["guardduty"]
	if kms.Status != "skipped" || kms.Reason != "knows only the present, and 2026-02-09 is past" || guardduty.Status != "passed" || document.Logs.Inventory != "Skipped" {
		t.Errorf("meta has kms %+v, guardduty %+v; inventory is %s", kms, guardduty, document.Logs.Inventory)
	}
	m := document.Logs.Message
	if last := m[len(m)-1]["history"]; !strings.Contains(last, "kms") || strings.Contains(last, "guardduty") {
		t.Errorf("messages %v", m)
	}
}

func TestDatesOfOneRunHaveTheirOwnTimes(t *testing.T) {
	b := newBench(t)
	b.runCollector("account", setAccount)
	b.mergeDays("1", 2)
	seen := map[time.Time]bool{}
	for _, date := range []string{"2026-03-11", "2026-03-10", "2026-03-09"} {
		at := b.readSnapshot(date).Meta.CollectedAt
		if seen[at] || b.request.Now.Sub(at).Abs() > time.Millisecond {
			t.Errorf("%s was collected at %s", date, at)
		}
		seen[at] = true
	}
}

func TestReportNamesTheEarlierSnapshots(t *testing.T) {
	b := newBench(t)
	b.runCollector("account", setAccount)
	b.mergeDays("1", 2)
	name, err := b.request.Name()
	if err != nil {
		t.Fatal(err)
	}
	var report merge.Report
	if err := b.store.GetJSON(t.Context(), snapshot.ReportsPrefix("run-1")+name.ReportName(), &report); err != nil {
		t.Fatal(err)
	}
	want := []string{"data/111122223333/eu-west-1/2026-03-09_DAILY.json", "data/111122223333/eu-west-1/2026-03-10_DAILY.json"}
	if diff := cmp.Diff(want, report.Earlier); diff != "" {
		t.Error(diff)
	}
}

func TestPartStagedWhileWritingIsPublished(t *testing.T) {
	b := newBench(t)
	b.runCollector("kms", addKeys)
	var once sync.Once
	whileWriting := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if put, is := in.Parameters.(*s3.PutObjectInput); is && strings.HasPrefix(*put.Key, "data/") {
			once.Do(func() { // another run collects the cost of this date
				if _, err := (collect.Handler{Staging: b.store, Collector: buildCostCollector("5")}).Handle(ctx, b.request); err != nil {
					t.Error(err)
				}
			})
		}
		return next.HandleInitialize(ctx, in)
	}
	client := s3.New(b.client.Options(), s3.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("while writing", whileWriting), middleware.Before)
	}))
	data := object.New(client, "data", object.Options{})
	if _, err := (merge.Handler{Staging: b.store, Data: data}).Handle(t.Context(), merge.Input{Request: b.request, Results: b.results}); err != nil {
		t.Fatal(err)
	}
	if p := b.readSnapshot("2026-03-11"); len(p.Service) != 1 || len(p.Security.KMS) != 2 {
		t.Errorf("published %+v, want keys and the cost that was staged meanwhile", p)
	}
}
