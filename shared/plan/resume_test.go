package plan_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
)

// collected stages the services of a planned region, except those that failed.
func (r *run) collected(s plan.Entry, region plan.Region, failed string) {
	r.t.Helper()
	stageSources(r.t, r.store, s, region, failed)
}

func stageSources(t *testing.T, store *object.Store, s plan.Entry, region plan.Region, failed string) {
	t.Helper()
	request := s.Request
	request.Region, request.EarlierDays, request.Role = region.Region, 0, nil
	for _, service := range region.Sources {
		if service.SourceName == failed {
			continue
		}
		read := func(context.Context, aws.Config, collect.Scope, *collect.Part) error { return nil }
		handler := collect.Handler{Staging: store, Collector: collect.Collector{SourceName: service.SourceName, Collect: read}}
		if _, err := handler.Handle(t.Context(), request); err != nil {
			t.Fatal(err)
		}
	}
}

func (r *run) published(s plan.Entry, region plan.Region) {
	r.t.Helper()
	request := s.Request
	request.Region = region.Region
	if _, err := (merge.Handler{Staging: r.store, Data: r.store}).Handle(r.t.Context(), merge.Input{Request: request}); err != nil {
		r.t.Fatal(err)
	}
}

func TestResumeCollectsWhatIsMissing(t *testing.T) {
	r := newRun(t, settings())
	r.handler.Settings.Accounts = []string{production}
	s := r.plan(`{"services":["kms","guardduty","cost"]}`)[0]
	whole, failed, unpublished := s.Regions[0], s.Regions[1], s.Regions[2]
	r.collected(s, whole, "")
	r.published(s, whole)
	r.collected(s, failed, "kms")
	r.published(s, failed)
	r.collected(s, unpublished, "")

	resumed := r.plan(`{"resume":true,"services":["kms","guardduty","cost"]}`)
	want := []string{"528 2026-03-11 " + failed.Region + " kms", "528 2026-03-11 " + unpublished.Region + " home "}
	if diff := cmp.Diff(want, outline(resumed)); diff != "" {
		t.Error(diff)
	}
	if resumed[0].Request.EarlierDays == 0 {
		t.Error("Merge would not publish the earlier days, whose cost is staged")
	}
	r.collected(s, failed, "")
	r.published(s, failed)
	r.published(s, unpublished)
	if again := r.plan(`{"resume":true,"services":["kms","guardduty","cost"]}`); len(again) != 0 {
		t.Errorf("everything is there, and %v is planned", outline(again))
	}
	if other := r.plan(`{"resume":true,"date":"2026-03-10","services":["guardduty"]}`); len(other) != 1 || len(other[0].Regions) != 3 {
		t.Errorf("of another date %v is planned, want all regions", outline(other))
	}
}
