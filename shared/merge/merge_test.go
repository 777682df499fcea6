package merge_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

// bench is a merge function over an empty store, with made-up collectors.
type bench struct {
	t       *testing.T
	client  *s3.Client
	store   *object.Store
	request collect.Input
	results []merge.CollectorResult
}

func newBench(t *testing.T) *bench {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	date := time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)
	return &bench{t: t, client: server.Client(), store: object.New(server.Client(), "data", object.Options{}), request: collect.Input{
		Run: "run-1", Account: "111122223333", Region: "eu-west-1", Home: true, Interval: snapshot.Daily, Date: "2026-03-11",
		Window: snapshot.WindowOf(snapshot.Daily, date), Now: date.Add(time.Hour),
	}}
}

// runCollector runs a made-up collector under the name of a source.
func (b *bench) runCollector(source string, read func(part *collect.Part) error) {
	b.t.Helper()
	handler := collect.Handler{Staging: b.store, Collector: collect.Collector{SourceName: source, Collect: func(_ context.Context, _ aws.Config, _ collect.Scope, part *collect.Part) error {
		return read(part)
	}}}
	out, err := handler.Handle(b.t.Context(), b.request)
	result := merge.CollectorResult{Output: out}
	if err != nil { // as the state machine catches it
		name := "TerminalError"
		if fault.StatusOf(err) == outcome.Denied {
			name = "AccessDeniedError"
		}
		cause, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": name})
		result = merge.CollectorResult{Output: collect.Output{Outcome: outcome.Outcome{SourceName: source}}, Error: name, Cause: string(cause)}
	}
	b.results = append(b.results, result)
}

// mergeParts merges the parts of the collectors that ran and returns the snapshot.
func (b *bench) mergeParts() map[string]any {
	b.t.Helper()
	published, err := merge.Handler{Staging: b.store, Data: b.store}.Handle(b.t.Context(), merge.Input{Request: b.request, Home: "eu-west-1", Results: b.results})
	if err != nil {
		b.t.Fatal(err)
	}
	if want := "data/111122223333/eu-west-1/2026-03-11_DAILY.json"; published.Key != want {
		b.t.Errorf("published as %s, want %s", published.Key, want)
	}
	var document map[string]any
	if err := b.store.GetJSON(b.t.Context(), published.Key, &document); err != nil {
		b.t.Fatal(err)
	}
	return document
}

func addKeys(part *collect.Part) error {
	for _, id := range []string{"a", "b"} {
		if err := part.Add("security.kms", map[string]string{"key_id": id}); err != nil {
			return err
		}
	}
	return nil
}

func failDenied(*collect.Part) error {
	return fault.New(outcome.Denied, "User: x is not authorized to perform: guardduty:ListDetectors on resource: *")
}

func TestEverySectionExistsAfterFailures(t *testing.T) {
	b := newBench(t)
	b.runCollector("kms", addKeys)
	b.runCollector("guardduty", failDenied)
	document := b.mergeParts()

	for _, section := range snapshot.Sections {
		if _, exists := document[section.Key]; !exists {
			t.Errorf("section %s is missing", section.Key)
		}
	}
	security := document["security"].(map[string]any)
	if got := len(security["kms"].([]any)); got != 2 {
		t.Errorf("kms has %d keys, want 2", got)
	}
	for _, array := range []string{"security_hub", "guard_duty", "kms", "waf", "waf_rules", "cloudtrail", "secrets_manager", "certificate_manager", "inspector"} {
		if _, list := security[array].([]any); !list {
			t.Errorf("security.%s is %v, want a list", array, security[array])
		}
	}
	if cost, object := document["cost"].(map[string]any); !object || len(cost) != 0 {
		t.Errorf("a cost section that was not collected is %v, want {}", document["cost"]) // D8
	}
}

func TestStatusIsTheWorstOfItsParts(t *testing.T) { // D4
	b := newBench(t)
	b.runCollector("guardduty", failDenied)
	b.runCollector("kms", addKeys) // passes after guardduty has failed
	b.runCollector("cost", func(*collect.Part) error { return fault.New(outcome.NotEnabled, "Cost Explorer is not enabled") })
	b.runCollector("config", func(part *collect.Part) error {
		part.Warn("config", errors.New("rule-1: throttled"))
		return part.Set("config", struct{}{})
	})
	logs := b.mergeParts()["logs"].(map[string]any)
	for status, want := range map[string]string{
		"security_status": "Fail", "cost_status": "Pass", "config_status": "Pass", "inventory_status": "Skipped",
	} {
		if logs[status] != want {
			t.Errorf("%s is %v, want %s", status, logs[status], want)
		}
	}
	want := []any{
		map[string]any{"service": "not enabled: Cost Explorer is not enabled"},
		map[string]any{"config": "1 items could not be read; rule-1: throttled"},
		map[string]any{"guard_duty": "denied: denied guardduty:ListDetectors"},
		// The rest of security was left out of this run, which its status does not say.
		map[string]any{"secrets_manager": "Skipped"}, map[string]any{"certificate_manager": "Skipped"},
		map[string]any{"cloudtrail": "Skipped"}, map[string]any{"inspector": "Skipped"},
		map[string]any{"security_hub": "Skipped"}, map[string]any{"waf": "Skipped"},
	}
	if diff := cmp.Diff(want, logs["message"]); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyUnwarnedSectionsAreComplete(t *testing.T) {
	b := newBench(t)
	b.runCollector("kms", addKeys)
	b.runCollector("inventory", func(part *collect.Part) error {
		part.DeclareLists("inventory.patches")
		part.Warn("inventory", errors.New("one instance could not be read"))
		return part.Add("inventory.instances", map[string]string{"instance_id": "i-1"})
	})
	body, err := json.Marshal(b.mergeParts()["meta"])
	if err != nil {
		t.Fatal(err)
	}
	var meta snapshot.Meta
	if err := json.Unmarshal(body, &meta); err != nil {
		t.Fatal(err)
	}
	if s := meta.Sections["security.kms"]; !s.Complete || s.Items != 2 || !s.CollectedAt.Equal(b.request.Now) {
		t.Errorf("security.kms is %+v, want complete with 2 items", s)
	}
	if s := meta.Sections["inventory.instances"]; s.Complete {
		t.Error("a section with a warning is complete")
	}
	if _, mentioned := meta.Sections["security.guard_duty"]; mentioned {
		t.Error("a section that was not collected is described")
	}
}

func TestRepairReusesPartsOfTheSameDate(t *testing.T) {
	b := newBench(t)
	b.runCollector("kms", addKeys)
	b.runCollector("guardduty", failDenied)
	b.mergeParts()

	b.results, b.request.Run = nil, "run-2"
	b.runCollector("guardduty", func(part *collect.Part) error {
		return part.Add("security.guard_duty", map[string]string{"id": "f-1"})
	})
	document := b.mergeParts()
	security := document["security"].(map[string]any)
	if len(security["kms"].([]any)) != 2 || len(security["guard_duty"].([]any)) != 1 {
		t.Errorf("after the repair kms is %v and guard_duty %v", security["kms"], security["guard_duty"])
	}
	if status := document["logs"].(map[string]any)["security_status"]; status != "Pass" {
		t.Errorf("security_status is %v after the repair", status)
	}
}

func TestReportListsRemainingFailures(t *testing.T) {
	b := newBench(t)
	name, err := b.request.Name()
	if err != nil {
		t.Fatal(err)
	}
	failed := func() bool {
		_, err := b.store.Head(t.Context(), snapshot.FailedPrefix("run-1")+name.ReportName())
		return err == nil
	}
	b.runCollector("kms", addKeys)
	b.runCollector("guardduty", failDenied)
	b.mergeParts()
	if !failed() {
		t.Error("a denied service is not listed among the failures")
	}

	b.results = nil // redriven: only what failed
	b.runCollector("guardduty", func(part *collect.Part) error { part.DeclareLists("security.guard_duty"); return nil })
	b.mergeParts()
	if failed() {
		t.Error("the failure is still listed after the repair")
	}
	var report merge.Report
	if err := b.store.GetJSON(t.Context(), snapshot.ReportsPrefix("run-1")+name.ReportName(), &report); err != nil {
		t.Fatal(err)
	}
	var services []string
	for _, o := range report.Outcomes {
		services = append(services, o.SourceName+" "+string(o.Status))
	}
	slices.Sort(services)
	if got, want := strings.Join(services, ", "), "guardduty passed, kms passed"; got != want {
		t.Errorf("the report has %s, want %s", got, want)
	}
}

func TestAccountNamesTheRegionOfItsSnapshot(t *testing.T) {
	b := newBench(t)
	b.request.Region = "us-east-1"
	b.runCollector("account", func(part *collect.Part) error {
		return part.Set("account", map[string]string{"account_id": "111122223333", "region": "us-east-1"})
	})
	b.request.Region = "eu-west-1"
	account := b.mergeParts()["account"].(map[string]any)
	if account["region"] != "eu-west-1" || account["account_id"] != "111122223333" {
		t.Errorf("account is %v, want region eu-west-1", account)
	}
}

func TestPublishedTextIsOneDocument(t *testing.T) {
	b := newBench(t)
	b.runCollector("kms", addKeys)
	b.mergeParts()
	body, _, err := b.store.Open(t.Context(), object.Version{Key: "data/111122223333/eu-west-1/2026-03-11_DAILY.json"})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(text) {
		t.Errorf("not valid JSON: %.200s", text)
	}
}
