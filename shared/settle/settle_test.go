package settle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/plan"
	"view360/shared/s3disk"
	"view360/shared/settle"
	"view360/shared/snapshot"
)

// executions answers DescribeExecution with a redrive count.
type executions int32

func (e executions) DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	count := int32(e)
	return &sfn.DescribeExecutionOutput{RedriveCount: &count}, nil
}

var date = time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)

// planRun stores a plan of kms and guardduty in two regions of one account.
func planRun(t *testing.T) *object.Store {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	store := object.New(server.Client(), "data", object.Options{})
	services := []plan.PlannedSource{{SourceName: "kms", Function: "collect-kms"}, {SourceName: "guardduty", Function: "collect-guardduty"}}
	_, err = plan.WriteList(t.Context(), store, snapshot.PlanKey("run", 0), func(add func(plan.Entry) error) error {
		return add(plan.Entry{
			Request:    collect.Input{Run: "run", Account: "111122223333", Interval: snapshot.Daily, Date: "2026-03-11"},
			HomeRegion: "us-east-1",
			Regions: []plan.Region{
				{Region: "eu-west-1", Sources: services},
				{Region: "us-east-1", Home: true, Sources: services},
			},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// mergeRegion merges the results of one region, in which some sources were denied.
func mergeRegion(t *testing.T, store *object.Store, region string, denied ...string) {
	t.Helper()
	var results []merge.CollectorResult
	for _, service := range []string{"kms", "guardduty"} {
		r := merge.CollectorResult{Output: collect.Output{Outcome: outcome.Outcome{SourceName: service, Status: outcome.Passed}}}
		for _, d := range denied {
			if d == service {
				cause := fmt.Sprintf(`{"errorMessage":"denied %s:List","errorType":"AccessDeniedError"}`, service)
				r = merge.CollectorResult{Output: collect.Output{Outcome: outcome.Outcome{SourceName: service}}, Error: "AccessDeniedError", Cause: cause}
			}
		}
		results = append(results, r)
	}
	request := collect.Input{Run: "run", Account: "111122223333", Region: region, Interval: snapshot.Daily, Date: "2026-03-11", Now: date, Window: snapshot.WindowOf(snapshot.Daily, date)}
	if _, err := (merge.Handler{Staging: store, Data: store}).Handle(t.Context(), merge.Input{Request: request, Results: results}); err != nil {
		t.Fatal(err)
	}
}

func settleRun(t *testing.T, store *object.Store, redriven, used int) (settle.CollectOutput, error) {
	t.Helper()
	return settleStore(t.Context(), store, redriven, used)
}

func settleStore(ctx context.Context, store *object.Store, redriven, used int) (settle.CollectOutput, error) {
	handler := settle.CollectHandler{Executions: executions(redriven), Staging: store}
	return handler.Handle(ctx, settle.CollectInput{Execution: "arn", Plan: plan.Plan{Run: "run", Bucket: "data", Key: snapshot.PlanKey("run", 0), Concurrency: 3, Redrives: used}})
}

func TestCleanRunSucceeds(t *testing.T) {
	store := planRun(t)
	mergeRegion(t, store, "eu-west-1")
	mergeRegion(t, store, "us-east-1")
	out, err := settleRun(t, store, 0, 0)
	if err != nil || out.Retry || out.Published != 2 {
		t.Errorf("settled as %+v, error %v, want two published snapshots", out, err)
	}
}

func TestFailedRunNamesItsFailures(t *testing.T) {
	store := planRun(t)
	mergeRegion(t, store, "eu-west-1", "guardduty", "kms") // us-east-1 was never published
	_, err := settleRun(t, store, 0, 0)
	var partial *settle.Partial
	if !errors.As(err, &partial) || partial.ErrorType() != "View360.PartialSnapshot" {
		t.Fatalf("error %v, want View360.PartialSnapshot", err)
	}
	want := strings.Join([]string{
		"111122223333 eu-west-1 guardduty: denied guardduty:List",
		"111122223333 eu-west-1 kms: denied kms:List",
		"111122223333 us-east-1: not published: see the child execution of this account and date",
	}, "\n")
	if diff := cmp.Diff(want, partial.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestAccountThatCannotBeAssumedIsOneLine(t *testing.T) {
	store := planRun(t)
	role := &collect.Role{ARN: "arn:aws:iam::111122223333:role/View360", ExternalID: "x"}
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		var results []merge.CollectorResult
		for _, service := range []string{"account", "kms", "guardduty"} {
			cause := `{"errorMessage":"denied sts:AssumeRole","errorType":"AccessDeniedError"}`
			results = append(results, merge.CollectorResult{Output: collect.Output{Outcome: outcome.Outcome{SourceName: service}}, Error: "AccessDeniedError", Cause: cause})
		}
		request := collect.Input{Run: "run", Account: "111122223333", Role: role, Region: region, Interval: snapshot.Daily, Date: "2026-03-11", Now: date, Window: snapshot.WindowOf(snapshot.Daily, date)}
		if _, err := (merge.Handler{Staging: store, Data: store}).Handle(t.Context(), merge.Input{Request: request, Results: results}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := settleRun(t, store, 0, 0)
	want := "111122223333 6 sources in eu-west-1 us-east-1: denied sts:AssumeRole of arn:aws:iam::111122223333:role/View360: " +
		"the role is missing or its trust policy does not name this deployment with its external id"
	if err == nil || err.Error() != want {
		t.Errorf("the cause is\n%v\nwant\n%s", err, want)
	}
}

func TestRedriveHandsBackOnlyWhatFailed(t *testing.T) {
	store := planRun(t)
	mergeRegion(t, store, "eu-west-1", "guardduty")
	mergeRegion(t, store, "us-east-1")
	out, err := settleRun(t, store, 1, 0)
	if err != nil || !out.Retry || out.Plan.Redrives != 1 || out.Plan.Snapshots != 1 || out.Plan.Concurrency != 3 {
		t.Fatalf("redriven, settled as %+v, error %v", out, err)
	}
	var list []plan.Entry
	if err := store.GetJSON(t.Context(), out.Plan.Key, &list); err != nil {
		t.Fatal(err)
	}
	want := []plan.Region{{Region: "eu-west-1", Sources: []plan.PlannedSource{{SourceName: "guardduty", Function: "collect-guardduty"}}}}
	if diff := cmp.Diff(want, list[0].Regions); diff != "" {
		t.Error(diff)
	}

	// It failed again: the redrive is used up, the next one counts.
	if _, err := settleRun(t, store, 1, 1); err == nil {
		t.Error("a used redrive settles a failed run")
	}
	mergeRegion(t, store, "eu-west-1")
	if out, err := settleRun(t, store, 1, 1); err != nil || out.Retry {
		t.Errorf("after the repair settled as %+v, error %v", out, err)
	}
}

func TestUnpublishedRegionIsCollectedAgainCompletely(t *testing.T) {
	store := planRun(t)
	mergeRegion(t, store, "us-east-1")
	out, err := settleRun(t, store, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	var list []plan.Entry
	if err := store.GetJSON(t.Context(), out.Plan.Key, &list); err != nil {
		t.Fatal(err)
	}
	if len(list[0].Regions) != 1 || len(list[0].Regions[0].Sources) != 2 {
		t.Errorf("handed back %+v, want both sources of eu-west-1", list[0].Regions)
	}
}

func TestFailedLoadNamesItsGroups(t *testing.T) {
	groups := []settle.GroupFunction{{Group: "cost", Function: "load-cost"}, {Group: "security", Function: "load-security"}}
	ok := json.RawMessage(`{"group":"cost","tables":{}}`)
	broken := json.RawMessage(`{"group":"security","error":"RetryableError","cause":"{\"errorMessage\":\"the database is full\"}"}`)
	logs := json.RawMessage(`{"group":"logs"}`)
	in := settle.LoadInput{Key: "data/x.json", Groups: groups, Results: []json.RawMessage{ok, broken, logs}}

	_, err := settle.LoadHandler{Executions: executions(0)}.Handle(t.Context(), in)
	var partial *settle.Partial
	if !errors.As(err, &partial) || partial.ErrorType() != "View360.PartialLoad" || partial.Error() != "data/x.json security: the database is full" {
		t.Errorf("error %v, want View360.PartialLoad with the reason", err)
	}

	out, err := settle.LoadHandler{Executions: executions(1)}.Handle(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	want := settle.LoadOutput{Retry: true, Redrives: 1, Groups: groups[1:], Results: []json.RawMessage{ok}}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}

	in.Results = []json.RawMessage{ok, json.RawMessage(`{"group":"security"}`), logs}
	out, err = settle.LoadHandler{Executions: executions(1)}.Handle(t.Context(), in)
	if err != nil || out.Retry || len(out.Results) != 3 {
		t.Errorf("a clean load settles as %+v, error %v", out, err)
	}
}

func TestCauseFitsTheLimit(t *testing.T) {
	partial := &settle.Partial{Name: settle.PartialSnapshot}
	for i := range 500 {
		partial.Lines = append(partial.Lines, fmt.Sprintf("%012d eu-west-1 kms: denied kms:ListKeys", i))
	}
	if text := partial.Error(); len(text) > 4_000 || !strings.HasSuffix(text, "and 460 more") {
		t.Errorf("the cause has %d bytes and ends in %q", len(text), text[len(text)-40:])
	}
}
